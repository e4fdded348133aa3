# Det som mejlen till kunderna säger, på svenska. MENU(…) är något på TikToks skärm, skrivet som TikTok skriver det;
# CODE(…) är en adress eller ett id som ska kopieras. I HTML-delen är alla variabler redan skyddade; skriv inget < eller &.

subject-share = TikTok-åtkomst för { $clients }: dela { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
} med { $agency }
subject-lower = TikTok-åtkomst för { $clients }: ändra { $agency } till Analyst på { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
}
subject-passed = TikTok-åtkomst för { $clients }: skicka gärna vidare en förfrågan om { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
}
subject-owned = TikTok-åtkomst för { $clients }: { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
} väntar fortfarande efter våra påminnelser
subject-closing = { $named ->
    [0] TikTok-åtkomst
   *[other] TikTok-åtkomst för { $clients }
}: inget mer att göra, tack
subject-reminder = Påminnelse: { $subject }
subject-more-clients = { $first } och { $more ->
    [one] 1 kund till
   *[other] { $more } kunder till
}
subject-stop = Skicka inga fler mejl om TikTok-åtkomst

and = och
other-clients = { $more ->
    [one] 1 kund till
   *[other] { $more } kunder till
}
date = { $day } { $month ->
    [1] januari
    [2] februari
    [3] mars
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] augusti
    [9] september
    [10] oktober
    [11] november
   *[12] december
} { $year }

rehearsal = Test: annars hade det här mejlet gått till { $address }.
greeting = Hej { $name }!
greeting-nameless = Hej!
reminder = Det här är en påminnelse. Vi skrev första gången den { $day }, och ärendet är fortfarande öppet.
opening-share = { $agency } ber dig dela { $accounts ->
    [one] ett TikTok-annonskonto
   *[other] { $accounts } TikTok-annonskonton
} för { $clients } med vår TikTok-användare. Vi behöver { $accounts ->
    [one] det
   *[other] dem
} för att se hur annonserna går: kostnad, visningar och klick.
opening-also-lower = På { $accounts ->
    [one] ytterligare ett annonskonto
   *[other] ytterligare { $accounts } annonskonton
} har vi högre behörighet än vi behöver.
opening-lower = { $agency } läser hur TikTok-annonserna för { $clients } går och har högre behörighet än nödvändigt på { $accounts ->
    [one] ett annonskonto
   *[other] { $accounts } annonskonton
}. Inget är fel; sänk den gärna till Analyst.
opening-passed = { $agency } behöver åtkomst till { $accounts ->
    [one] ett TikTok-annonskonto
   *[other] { $accounts } TikTok-annonskonton
} för { $clients } för att se hur annonserna går, och har ingen fungerande kontakt där. Skicka gärna det här mejlet vidare till någon där, eller lägg till en kontakt i kontaktregistret.
opening-passed-lower = { $agency } har högre behörighet än nödvändigt på { $accounts ->
    [one] ett TikTok-annonskonto
   *[other] { $accounts } TikTok-annonskonton
} för { $clients }, och har ingen fungerande kontakt där. Skicka gärna det här mejlet vidare till någon där, eller lägg till en kontakt i kontaktregistret.
opening-owned = Du ansvarar för { $clients } hos { $agency }. Vi har frågat där om { $accounts ->
    [one] ett TikTok-annonskonto
   *[other] { $accounts } TikTok-annonskonton
} så ofta som planerat, utan resultat. Prata gärna med { $named ->
    [one] kunden
   *[other] kunderna
}: nedan står exakt vad som saknas och vem vi har frågat.
opening-unasked = Du ansvarar för { $clients } hos { $agency }. Vi har ingen att fråga där om { $accounts ->
    [one] ett TikTok-annonskonto
   *[other] { $accounts } TikTok-annonskonton
}, så våra mejl har gått till dig. Prata gärna med { $named ->
    [one] kunden
   *[other] kunderna
}, eller lägg till en kontakt i kontaktregistret; nedan står exakt vad som saknas.
opening-also-owner = Längre ner står det som du ansvarar för hos { $agency }: { $clients }.
closing = Allt är klart: inget är öppet längre, och du behöver inte göra något. Tack för hjälpen!
closing-handed-over = Du behöver inte göra något mer. Tack för hjälpen!
reads-only = Behörigheten { MENU("Analyst") } ger bara läsåtkomst: med den kan vi varken ändra något eller spendera pengar.
no-password = Ingen behöver ditt lösenord. Skicka det aldrig till någon.
questions = Frågor? Svara bara på det här mejlet.
admin = Ett enda besök i TikTok Business Center räcker. Du behöver vara administratör där; är du inte det, skicka gärna mejlet vidare till någon som är det.

open-business-center = Öppna TikTok Business Center
open-guide = Se guiden med bilder

heading-invite = Bjud in vår användare och tilldela den { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
}
heading-add = Lägg till vår andra adress på { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
}
heading-assign = Tilldela vår användare { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
}
heading-again = { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
} som vi inte längre kan läsa
heading-lower = Ändra vår behörighet till Analyst på { $accounts ->
    [one] 1 annonskonto
   *[other] { $accounts } annonskonton
}

fact-add = Vår guide visade två adresser, och { $accounts ->
    [one] det här annonskontot är delat
   *[other] de här annonskontona är delade
} med { CODE($other) }.
about-add = Lägg gärna till { CODE($member) } också; den andra kan vara kvar.
about-assign = Vår användare är redan medlem i ert Business Center. Det är bara { $accounts ->
    [one] annonskontot
   *[other] annonskontona
} som saknas.
fact-again = Vi kunde läsa { $accounts ->
    [one] det
   *[other] dem
} till och med den { $day } i ”{ $place }”.
about-again = { $accounts ->
    [one] Om det har flyttats till ett annat Business Center, svara och berätta vilket. Tilldela det annars gärna igen.
   *[other] Om de har flyttats till ett annat Business Center, svara och berätta vilket. Tilldela dem annars gärna igen.
}
about-lower = Allt fungerar, men vi behöver bara kunna läsa.

passed = Vi har ingen fungerande kontakt hos { $client }. Skicka gärna den här delen vidare till någon där, eller lägg till en kontakt i kontaktregistret.

step = Steg { $number }
step-invite = Öppna { MENU("Members") } i Business Center, välj { MENU("Invite Member") } och ange e-postadressen nedan. Välj { MENU("Standard") } som åtkomst, tryck på { MENU("Next") } och sedan på { MENU("Skip") } eller { MENU("Confirm") }.
step-invite-done = Om du redan har bjudit in { CODE($member) }, svara på mejlet: vi accepterar, och du behöver inte göra något mer i steg 1.
step-assign = Öppna { MENU("Members") } i Business Center, välj vår användare och sedan { MENU("Assign Asset") } och { MENU("Ad Accounts") }. Kryssa för { $accounts ->
    [one] annonskontot
   *[other] annonskontona
} nedan, välj behörigheten { MENU("Analyst") } och tryck på { MENU("Assign Asset") }.
step-lower = Öppna { MENU("Members") } i Business Center, välj vår användare, leta upp { $accounts ->
    [one] annonskontot
   *[other] annonskontona
} nedan och ändra behörigheten till { MENU("Analyst") }.

label-invite = E-postadress att bjuda in
label-login = Vår användare
label-business-center = Business Center
label-business-centers = Ett av dessa Business Center
label-accounts = { $accounts ->
    [one] Annonskonto
   *[other] Annonskonton
}
label-todo = Det här behöver kunden göra
label-asked = Vi har frågat
more = och { $more } till
requested = (onboarding är begärd)
nameless = (utan namn)
accounts-more = och { $more } till i de bifogade listorna accounts.xlsx och accounts.csv
rest-more = { $more ->
    [one] Ytterligare 1 annonskonto väntar.
   *[other] Ytterligare { $more } annonskonton väntar.
} De bifogade listorna accounts.xlsx och accounts.csv innehåller alla, med steget för vart och ett.

heading-handed-over = Överlämnat till våra kollegor
handed-over = Vi har påmint dig om { $accounts ->
    [one] det här annonskontot så ofta som vi lovade. Våra kollegor tar upp det med dig; du behöver inte göra något åt det nu.
   *[other] de här annonskontona så ofta som vi lovade. Våra kollegor tar upp dem med dig; du behöver inte göra något åt dem nu.
}
heading-owned = Kunder du ansvarar för: väntar fortfarande efter våra påminnelser
owned-history = Har väntat sedan den { $since } ({ $days ->
    [one] 1 dag
   *[other] { $days } dagar
}); { $mails ->
    [one] 1 mejl
   *[other] { $mails } mejl
}, senast den { $last }.
heading-mended = Klart sedan vårt förra mejl, tack
heading-not-needed = Behövs inte längre, inget att göra

closed = Är ett konto stängt eller används det inte längre? Svara, så slutar vi fråga.
why-contact = Du får det här mejlet eftersom { $agency } har dig som kontakt för { $clients }.
why-owner = Du får det här mejlet eftersom du ansvarar för { $clients } hos { $agency }.
why-closing = Du får det här mejlet eftersom { $agency } tidigare har skrivit till dig om TikTok-åtkomst.
why-wrong = Har mejlet hamnat fel? Svara, så frågar vi rätt person.

todo-invite = Bjud in vår användare (Standard) och tilldela den sedan { $accounts ->
    [one] annonskontot
   *[other] annonskontona
} som Analyst
todo-add = Bjud in även den här användaren från oss (Standard) och tilldela den sedan { $accounts ->
    [one] annonskontot
   *[other] annonskontona
} som Analyst
todo-assign = Tilldela vår användare { $accounts ->
    [one] annonskontot
   *[other] annonskontona
} som Analyst
todo-again = Tilldela vår användare { $accounts ->
    [one] annonskontot
   *[other] annonskontona
} som Analyst igen, eller berätta { $accounts ->
    [one] vart det har flyttats
   *[other] vart de har flyttats
}
todo-lower = Ändra behörigheten för vår användare till Analyst
