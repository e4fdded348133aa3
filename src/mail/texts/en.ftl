# What the mails to clients say, in English. MENU(…) names something on TikTok's screen, exactly as TikTok writes it;
# CODE(…) is an address or id to be copied. In the HTML part every variable is already escaped; write no < or & here.

subject-share = TikTok access for { $clients }: { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
} to share with { $agency }
subject-lower = TikTok access for { $clients }: set { $agency } to Analyst on { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
}
subject-passed = TikTok access for { $clients }: please pass on a request about { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
}
subject-owned = TikTok access for { $clients }: { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
} still waiting after our reminders
subject-closing = { $named ->
    [0] TikTok access
   *[other] TikTok access for { $clients }
}: nothing left to do, thank you
subject-reminder = Reminder: { $subject }
subject-more-clients = { $first } and { $more ->
    [one] 1 other client
   *[other] { $more } other clients
}
subject-stop = Please stop the TikTok access mails

and = and
other-clients = { $more ->
    [one] 1 other client
   *[other] { $more } other clients
}
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

rehearsal = Rehearsal: without it, this mail would have gone to { $address }.
greeting = Hi { $name },
greeting-nameless = Hello,
reminder = This is a reminder. We first wrote on { $day }, and this is still open.
opening-share = { $agency } asks you to share { $accounts ->
    [one] one TikTok ad account
   *[other] { $accounts } TikTok ad accounts
} of { $clients } with our TikTok login. We need { $accounts ->
    [one] it
   *[other] them
} to read how the ads perform: spend, views, clicks.
opening-also-lower = On { $accounts ->
    [one] one more ad account
   *[other] { $accounts } more ad accounts
} our permission is higher than it needs to be.
opening-lower = { $agency } reads how the TikTok ads of { $clients } perform, and has a higher permission than it needs on { $accounts ->
    [one] one ad account
   *[other] { $accounts } ad accounts
}. Nothing is broken; please lower it to Analyst.
opening-passed = { $agency } needs access to { $accounts ->
    [one] one TikTok ad account
   *[other] { $accounts } TikTok ad accounts
} of { $clients }, to read how the ads perform, and has no working contact there. Please pass this mail on to someone there, or add a contact to the contacts register.
opening-passed-lower = { $agency } has a higher permission than it needs on { $accounts ->
    [one] one TikTok ad account
   *[other] { $accounts } TikTok ad accounts
} of { $clients }, and has no working contact there. Please pass this mail on to someone there, or add a contact to the contacts register.
opening-owned = You look after { $clients } for { $agency }. We have asked there about { $accounts ->
    [one] one TikTok ad account
   *[other] { $accounts } TikTok ad accounts
} as often as planned, without success. Please talk to { $named ->
    [one] the client
   *[other] the clients
}: below is exactly what is missing, and who was asked.
opening-unasked = You look after { $clients } for { $agency }. Nobody there could be asked about { $accounts ->
    [one] one TikTok ad account
   *[other] { $accounts } TikTok ad accounts
}: we have no working contact there, so our mails went to you. Please talk to { $named ->
    [one] the client
   *[other] the clients
}, or add a contact to the contacts register; below is exactly what is missing.
opening-also-owner = Further down is what you look after for { $agency }: { $clients }.
closing = All is well: nothing is open any more, and there is nothing for you to do. Thank you for your help!
closing-handed-over = There is nothing left for you to do. Thank you for your help!
reads-only = The permission { MENU("Analyst") } only reads: with it we can change nothing and spend nothing.
no-password = Nobody needs your password. Please send it to no one.
questions = Questions? Just reply to this mail.
admin = One visit to TikTok Business Center is enough. You need to be an admin there; if you are not, please forward this mail to someone who is.

open-business-center = Open TikTok Business Center
open-guide = See the guide with pictures

heading-invite = Invite our login and assign it { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
}
heading-add = Add our other address to { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
}
heading-assign = Assign { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
} to our login
heading-again = { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
} that we can no longer read
heading-lower = Set our permission to Analyst on { $accounts ->
    [one] 1 ad account
   *[other] { $accounts } ad accounts
}

fact-add = Our guide showed two addresses, and { $accounts ->
    [one] this ad account is
   *[other] these ad accounts are
} shared with { CODE($other) }.
about-add = Please add { CODE($member) } too; the other one may stay.
about-assign = Our login is already a member of your Business Center. Only the ad { $accounts ->
    [one] account is
   *[other] accounts are
} missing.
fact-again = We could read { $accounts ->
    [one] it
   *[other] them
} until { $day } in “{ $place }”.
about-again = If { $accounts ->
    [one] it
   *[other] they
} moved to another Business Center, reply and tell us which. Otherwise please assign { $accounts ->
    [one] it
   *[other] them
} once more.
about-lower = Everything works, but reading is all we need.

passed = We have no working contact for { $client }. Please pass this part on to someone there, or add a contact to the contacts register.

step = Step { $number }
step-invite = In Business Center, open { MENU("Members") }, choose { MENU("Invite Member") } and enter the e-mail below. Choose { MENU("Standard") } access, press { MENU("Next") }, then { MENU("Skip") } or { MENU("Confirm") }.
step-invite-done = If you have already invited { CODE($member) }, reply: we accept, you need do nothing more for step 1.
step-assign = In Business Center, open { MENU("Members") }, choose our login, then { MENU("Assign Asset") } and { MENU("Ad Accounts") }. Tick the ad { $accounts ->
    [one] account
   *[other] accounts
} below, choose the permission { MENU("Analyst") } and press { MENU("Assign Asset") }.
step-lower = In Business Center, open { MENU("Members") }, choose our login, find the ad { $accounts ->
    [one] account
   *[other] accounts
} below and change the permission to { MENU("Analyst") }.

label-invite = E-mail to invite
label-login = Our login
label-business-center = Business Center
label-business-centers = One of these Business Centers
label-accounts = { $accounts ->
    [one] Ad account
   *[other] Ad accounts
}
label-todo = What the client needs to do
label-asked = Who was asked
more = and { $more } more
requested = (onboarding requested)
nameless = (no name)
accounts-more = and { $more } more, in the attached lists accounts.xlsx and accounts.csv
rest-more = { $more ->
    [one] 1 more ad account is waiting.
   *[other] { $more } more ad accounts are waiting.
} The attached lists accounts.xlsx and accounts.csv both hold all of them, with the step for each.

heading-handed-over = Handed over to our colleagues
handed-over = We have reminded you of { $accounts ->
    [one] this ad account as often as promised. Our colleagues will talk to you about it; there is nothing to do about it in this mail.
   *[other] these ad accounts as often as promised. Our colleagues will talk to you about them; there is nothing to do about them in this mail.
}
heading-owned = Clients you look after: still waiting after our reminders
owned-history = Waiting since { $since } ({ $days ->
    [one] 1 day
   *[other] { $days } days
}); { $mails ->
    [one] 1 mail
   *[other] { $mails } mails
}, the last on { $last }.
heading-mended = Mended since our last mail, thank you
heading-not-needed = No longer needed, nothing to do

closed = Closed or no longer used? Reply, and we stop asking.
why-contact = You get this mail because { $agency } has you as its contact for { $clients }.
why-owner = You get this mail because you look after { $clients } for { $agency }.
why-closing = You get this mail because { $agency } has written to you about TikTok access before.
why-wrong = Not you? Reply, and we ask the right person.

todo-invite = Invite our login (Standard access), then assign { $accounts ->
    [one] the ad account
   *[other] the ad accounts
} to it as Analyst
todo-add = Invite this login of ours too (Standard access), then assign { $accounts ->
    [one] the ad account
   *[other] the ad accounts
} to it as Analyst
todo-assign = Assign { $accounts ->
    [one] the ad account
   *[other] the ad accounts
} to our login as Analyst
todo-again = Assign { $accounts ->
    [one] the ad account
   *[other] the ad accounts
} to our login as Analyst again, or tell us { $accounts ->
    [one] where it moved
   *[other] where they moved
}
todo-lower = Set the permission of our login to Analyst
