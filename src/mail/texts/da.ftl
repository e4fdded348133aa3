# Det, mailene til kunderne siger, på dansk. MENU(…) er noget på TikToks skærm, skrevet som TikTok skriver det;
# CODE(…) er en adresse eller et id, der skal kopieres. I HTML-delen er alle variable allerede escapet.

subject-share = TikTok-adgang for { $clients }: del { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
} med { $agency }
subject-lower = TikTok-adgang for { $clients }: sæt { $agency } til Analyst på { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
}
subject-passed = TikTok-adgang for { $clients }: send venligst en anmodning om { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
} videre
subject-owned = TikTok-adgang for { $clients }: { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
} venter stadig efter vores påmindelser
subject-closing = { $named ->
    [0] TikTok-adgang
   *[other] TikTok-adgang for { $clients }
}: ikke mere at gøre, mange tak
subject-reminder = Påmindelse: { $subject }
subject-more-clients = { $first } og { $more ->
    [one] 1 anden kunde
   *[other] { $more } andre kunder
}
subject-stop = Stop venligst mailene om TikTok-adgang

and = og
other-clients = { $more ->
    [one] 1 anden kunde
   *[other] { $more } andre kunder
}
date = { $day }. { $month ->
    [1] januar
    [2] februar
    [3] marts
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] august
    [9] september
    [10] oktober
    [11] november
   *[12] december
} { $year }

rehearsal = Prøve: Ellers var denne mail gået til { $address }.
greeting = Hej { $name }
greeting-nameless = Hej
reminder = Dette er en påmindelse. Vi skrev første gang den { $day }, og sagen er stadig åben.
opening-share = { $agency } beder dig dele { $accounts ->
    [one] én TikTok-annoncekonto
   *[other] { $accounts } TikTok-annoncekonti
} for { $clients } med vores TikTok-login. Vi skal bruge { $accounts ->
    [one] den
   *[other] dem
} til at læse, hvordan annoncerne klarer sig: forbrug, visninger og klik.
opening-also-lower = På { $accounts ->
    [one] én annoncekonto mere
   *[other] { $accounts } annoncekonti mere
} har vi en højere rettighed end nødvendigt.
opening-lower = { $agency } læser, hvordan TikTok-annoncerne for { $clients } klarer sig, og har en højere rettighed end nødvendigt på { $accounts ->
    [one] én annoncekonto
   *[other] { $accounts } annoncekonti
}. Alt virker; sæt den venligst ned til Analyst.
opening-passed = { $agency } har brug for adgang til { $accounts ->
    [one] én TikTok-annoncekonto
   *[other] { $accounts } TikTok-annoncekonti
} for { $clients } for at læse, hvordan annoncerne klarer sig, og har ingen kontakt dér at skrive til. Send venligst denne mail videre til den rette dér, eller tilføj en kontakt i kontaktregistret.
opening-passed-lower = { $agency } har en højere rettighed end nødvendigt på { $accounts ->
    [one] én TikTok-annoncekonto
   *[other] { $accounts } TikTok-annoncekonti
} for { $clients } og har ingen kontakt dér at skrive til. Send venligst denne mail videre til den rette dér, eller tilføj en kontakt i kontaktregistret.
opening-owned = Du har ansvaret for { $clients } hos { $agency }. Vi har så ofte som planlagt spurgt til { $accounts ->
    [one] én TikTok-annoncekonto
   *[other] { $accounts } TikTok-annoncekonti
} dér, uden resultat. Tal venligst med { $named ->
    [one] kunden
   *[other] kunderne
}: Herunder står præcis, hvad der mangler, og hvem vi har spurgt.
opening-unasked = Du har ansvaret for { $clients } hos { $agency }. Vi har ingen dér at spørge til { $accounts ->
    [one] én TikTok-annoncekonto
   *[other] { $accounts } TikTok-annoncekonti
}, så vores mails er gået til dig. Tal venligst med { $named ->
    [one] kunden
   *[other] kunderne
}, eller tilføj en kontakt i kontaktregistret; herunder står præcis, hvad der mangler.
opening-also-owner = Længere nede står det, som du har ansvaret for hos { $agency }: { $clients }.
closing = Alt er på plads: Der mangler ikke mere, og du behøver ikke gøre noget. Tak for hjælpen!
closing-handed-over = Du behøver ikke gøre mere. Tak for hjælpen!
reads-only = Rettigheden { MENU("Analyst") } giver kun læseadgang: Med den kan vi hverken ændre noget eller bruge penge.
no-password = Ingen har brug for din adgangskode. Send den aldrig til nogen.
questions = Spørgsmål? Svar blot på denne mail.
admin = Det klares med ét besøg i TikTok Business Center. Du skal være administrator dér; er du ikke det, så send gerne mailen videre til en, der er.

open-business-center = Åbn TikTok Business Center
open-guide = Se vejledningen med billeder

heading-invite = Inviter vores login, og tildel det { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
}
heading-add = Føj vores anden adresse til { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
}
heading-assign = Tildel vores login { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
}
heading-again = { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
}, som vi ikke længere kan læse
heading-lower = Sæt vores rettighed til Analyst på { $accounts ->
    [one] 1 annoncekonto
   *[other] { $accounts } annoncekonti
}

fact-add = Vores vejledning viste to adresser, og { $accounts ->
    [one] denne annoncekonto er
   *[other] disse annoncekonti er
} delt med { CODE($other) }.
about-add = Tilføj venligst også { CODE($member) }; den anden kan blive stående.
about-assign = Vores login er allerede medlem af jeres Business Center. Det er kun { $accounts ->
    [one] annoncekontoen
   *[other] annoncekontiene
}, der mangler.
fact-again = Vi kunne læse { $accounts ->
    [one] den
   *[other] dem
} til og med den { $day } i ”{ $place }”.
about-again = { $accounts ->
    [one] Er den flyttet til et andet Business Center, så svar, og fortæl os hvilket. Ellers tildel den venligst igen.
   *[other] Er de flyttet til et andet Business Center, så svar, og fortæl os hvilket. Ellers tildel dem venligst igen.
}
about-lower = Alt virker, men vi har kun brug for at læse.

passed = Vi har ingen kontakt hos { $client } at skrive til. Send venligst denne del videre til den rette dér, eller tilføj en kontakt i kontaktregistret.

step = Trin { $number }
step-invite = Åbn { MENU("Members") } i Business Center, vælg { MENU("Invite Member") }, og indtast e-mailadressen herunder. Vælg { MENU("Standard") } som adgang, tryk på { MENU("Next") } og derefter på { MENU("Skip") } eller { MENU("Confirm") }.
step-invite-done = Har du allerede inviteret { CODE($member) }, så svar på mailen: Vi accepterer, og du behøver ikke gøre mere ved trin 1.
step-assign = Åbn { MENU("Members") } i Business Center, vælg vores login og derefter { MENU("Assign Asset") } og { MENU("Ad Accounts") }. Sæt flueben ved { $accounts ->
    [one] annoncekontoen
   *[other] annoncekontiene
} herunder, vælg rettigheden { MENU("Analyst") }, og tryk på { MENU("Assign Asset") }.
step-lower = Åbn { MENU("Members") } i Business Center, vælg vores login, find { $accounts ->
    [one] annoncekontoen
   *[other] annoncekontiene
} herunder, og skift rettigheden til { MENU("Analyst") }.

label-invite = E-mail, der skal inviteres
label-login = Vores login
label-business-center = Business Center
label-business-centers = Et af disse Business Centers
label-accounts = { $accounts ->
    [one] Annoncekonto
   *[other] Annoncekonti
}
label-todo = Det skal kunden gøre
label-asked = Vi har spurgt
more = og { $more } mere
requested = (onboarding er bestilt)
nameless = (uden navn)
accounts-more = og { $more } mere i de vedhæftede lister accounts.xlsx og accounts.csv
rest-more = { $more ->
    [one] Endnu 1 annoncekonto venter.
   *[other] Endnu { $more } annoncekonti venter.
} De vedhæftede lister accounts.xlsx og accounts.csv indeholder dem alle med trinnet for hver.

heading-handed-over = Givet videre til vores kolleger
handed-over = Vi har mindet dig om { $accounts ->
    [one] denne annoncekonto så ofte som lovet. Vores kolleger taler med dig om den; du behøver ikke gøre noget ved den nu.
   *[other] disse annoncekonti så ofte som lovet. Vores kolleger taler med dig om dem; du behøver ikke gøre noget ved dem nu.
}
heading-owned = Kunder, du har ansvaret for: venter stadig efter vores påmindelser
owned-history = Har ventet siden den { $since } ({ $days ->
    [one] 1 dag
   *[other] { $days } dage
}); { $mails ->
    [one] 1 mail
   *[other] { $mails } mails
}, senest den { $last }.
heading-mended = Kommet på plads siden vores sidste mail, tak
heading-not-needed = Ikke længere nødvendigt, intet at gøre

closed = Er en konto lukket eller ikke længere i brug? Svar på mailen, så spørger vi ikke mere.
why-contact = Du får denne mail, fordi { $agency } har dig som kontakt for { $clients }.
why-owner = Du får denne mail, fordi du har ansvaret for { $clients } hos { $agency }.
why-closing = Du får denne mail, fordi { $agency } tidligere har skrevet til dig om TikTok-adgang.
why-wrong = Er det ikke dig? Svar på mailen, så spørger vi den rette.

todo-invite = Inviter vores login (Standard), og tildel det derefter { $accounts ->
    [one] annoncekontoen
   *[other] annoncekontiene
} som Analyst
todo-add = Inviter også dette login fra os (Standard), og tildel det derefter { $accounts ->
    [one] annoncekontoen
   *[other] annoncekontiene
} som Analyst
todo-assign = Tildel vores login { $accounts ->
    [one] annoncekontoen
   *[other] annoncekontiene
} som Analyst
todo-again = Tildel igen vores login { $accounts ->
    [one] annoncekontoen
   *[other] annoncekontiene
} som Analyst, eller fortæl os, { $accounts ->
    [one] hvor den er flyttet hen
   *[other] hvor de er flyttet hen
}
todo-lower = Sæt rettigheden for vores login til Analyst
