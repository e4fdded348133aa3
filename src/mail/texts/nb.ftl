# Det e-postene til kundene sier, på bokmål. MENU(…) er noe på TikToks skjerm, skrevet slik TikTok skriver det;
# CODE(…) er en adresse eller ID som skal kopieres. I HTML-delen er alle variabler allerede sikret; skriv ingen < eller &.

subject-share = TikTok-tilgang for { $clients }: del { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
} med { $agency }
subject-lower = TikTok-tilgang for { $clients }: sett { $agency } til Analyst på { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
}
subject-passed = TikTok-tilgang for { $clients }: send gjerne videre en forespørsel om { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
}
subject-owned = TikTok-tilgang for { $clients }: { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
} venter fortsatt etter våre påminnelser
subject-closing = { $named ->
    [0] TikTok-tilgang
   *[other] TikTok-tilgang for { $clients }
}: ikke mer å gjøre, takk
subject-reminder = Påminnelse: { $subject }
subject-more-clients = { $first } og { $more ->
    [one] 1 annen kunde
   *[other] { $more } andre kunder
}
subject-stop = Ikke send flere e-poster om TikTok-tilgang

and = og
other-clients = { $more ->
    [one] 1 annen kunde
   *[other] { $more } andre kunder
}
date = { $day }. { $month ->
    [1] januar
    [2] februar
    [3] mars
    [4] april
    [5] mai
    [6] juni
    [7] juli
    [8] august
    [9] september
    [10] oktober
    [11] november
   *[12] desember
} { $year }

rehearsal = Prøve: Ellers ville denne e-posten ha gått til { $address }.
greeting = Hei { $name }
greeting-nameless = Hei
reminder = Dette er en påminnelse. Vi skrev første gang { $day }, og saken er fortsatt åpen.
opening-share = { $agency } ber deg dele { $accounts ->
    [one] én TikTok-annonsekonto
   *[other] { $accounts } TikTok-annonsekontoer
} for { $clients } med TikTok-brukeren vår. Vi trenger { $accounts ->
    [one] den
   *[other] dem
} for å se hvordan annonsene går: kostnad, visninger og klikk.
opening-also-lower = På { $accounts ->
    [one] én annonsekonto til
   *[other] { $accounts } annonsekontoer til
} har vi høyere tillatelse enn vi trenger.
opening-lower = { $agency } leser hvordan TikTok-annonsene for { $clients } går, og har høyere tillatelse enn nødvendig på { $accounts ->
    [one] én annonsekonto
   *[other] { $accounts } annonsekontoer
}. Ingenting er galt; sett den gjerne ned til Analyst.
opening-passed = { $agency } trenger tilgang til { $accounts ->
    [one] én TikTok-annonsekonto
   *[other] { $accounts } TikTok-annonsekontoer
} for { $clients } for å se hvordan annonsene går, og har ingen kontakt der å skrive til. Send gjerne denne e-posten videre til rett person der, eller legg til en kontakt i kontaktregisteret.
opening-passed-lower = { $agency } har høyere tillatelse enn nødvendig på { $accounts ->
    [one] én TikTok-annonsekonto
   *[other] { $accounts } TikTok-annonsekontoer
} for { $clients }, og har ingen kontakt der å skrive til. Send gjerne denne e-posten videre til rett person der, eller legg til en kontakt i kontaktregisteret.
opening-owned = Du har ansvaret for { $clients } hos { $agency }. Vi har spurt om { $accounts ->
    [one] én TikTok-annonsekonto
   *[other] { $accounts } TikTok-annonsekontoer
} der så ofte som planlagt, uten resultat. Snakk gjerne med { $named ->
    [one] kunden
   *[other] kundene
}: Nedenfor står nøyaktig hva som mangler, og hvem vi har spurt.
opening-unasked = Du har ansvaret for { $clients } hos { $agency }. Vi har ingen der å spørre om { $accounts ->
    [one] én TikTok-annonsekonto
   *[other] { $accounts } TikTok-annonsekontoer
}, så e-postene våre har gått til deg. Snakk gjerne med { $named ->
    [one] kunden
   *[other] kundene
}, eller legg til en kontakt i kontaktregisteret; nedenfor står nøyaktig hva som mangler.
opening-also-owner = Lenger ned står det du har ansvaret for hos { $agency }: { $clients }.
closing = Alt er på plass: Ingenting er åpent lenger, og du trenger ikke gjøre noe. Takk for hjelpen!
closing-handed-over = Du trenger ikke gjøre noe mer. Takk for hjelpen!
reads-only = Tillatelsen { MENU("Analyst") } gir bare lesetilgang: Med den kan vi verken endre noe eller bruke penger.
no-password = Ingen trenger passordet ditt. Send det aldri til noen.
questions = Spørsmål? Bare svar på denne e-posten.
admin = Ett besøk i TikTok Business Center er nok. Du må være administrator der; er du ikke det, så send gjerne e-posten videre til noen som er det.

open-business-center = Åpne TikTok Business Center
open-guide = Se veiledningen med bilder

heading-invite = Inviter brukeren vår og gi den tilgang til { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
}
heading-add = Legg til den andre adressen vår på { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
}
heading-assign = Gi brukeren vår tilgang til { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
}
heading-again = { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
} som vi ikke lenger kan lese
heading-lower = Sett tillatelsen vår til Analyst på { $accounts ->
    [one] 1 annonsekonto
   *[other] { $accounts } annonsekontoer
}

fact-add = Veiledningen vår viste to adresser, og { $accounts ->
    [one] denne annonsekontoen er delt
   *[other] disse annonsekontoene er delt
} med { CODE($other) }.
about-add = Legg gjerne til { CODE($member) } også; den andre kan bli stående.
about-assign = Brukeren vår er allerede medlem av deres Business Center. Det er bare { $accounts ->
    [one] annonsekontoen
   *[other] annonsekontoene
} som mangler.
fact-again = Vi kunne lese { $accounts ->
    [one] den
   *[other] dem
} til og med { $day } i «{ $place }».
about-again = { $accounts ->
    [one] Er den flyttet til et annet Business Center, så svar og fortell oss hvilket. Hvis ikke, gi oss gjerne tilgang til den igjen.
   *[other] Er de flyttet til et annet Business Center, så svar og fortell oss hvilket. Hvis ikke, gi oss gjerne tilgang til dem igjen.
}
about-lower = Alt virker, men vi trenger bare å lese.

passed = Vi har ingen kontakt hos { $client } å skrive til. Send gjerne denne delen videre til rett person der, eller legg til en kontakt i kontaktregisteret.

step = Trinn { $number }
step-invite = Åpne { MENU("Members") } i Business Center, velg { MENU("Invite Member") } og skriv inn e-postadressen nedenfor. Velg { MENU("Standard") } som tilgang, trykk på { MENU("Next") } og deretter på { MENU("Skip") } eller { MENU("Confirm") }.
step-invite-done = Har du allerede invitert { CODE($member) }, så svar på e-posten: Vi godtar, og du trenger ikke gjøre mer i trinn 1.
step-assign = Åpne { MENU("Members") } i Business Center, velg brukeren vår og deretter { MENU("Assign Asset") } og { MENU("Ad Accounts") }. Kryss av for { $accounts ->
    [one] annonsekontoen
   *[other] annonsekontoene
} nedenfor, velg tillatelsen { MENU("Analyst") } og trykk på { MENU("Assign Asset") }.
step-lower = Åpne { MENU("Members") } i Business Center, velg brukeren vår, finn { $accounts ->
    [one] annonsekontoen
   *[other] annonsekontoene
} nedenfor og endre tillatelsen til { MENU("Analyst") }.

label-invite = E-postadresse som skal inviteres
label-login = Brukeren vår
label-business-center = Business Center
label-business-centers = Et av disse Business Center
label-accounts = { $accounts ->
    [one] Annonsekonto
   *[other] Annonsekontoer
}
label-todo = Dette må kunden gjøre
label-asked = Vi har spurt
more = og { $more } til
requested = (onboarding er bestilt)
nameless = (uten navn)
accounts-more = og { $more } til i de vedlagte listene accounts.xlsx og accounts.csv
rest-more = { $more ->
    [one] Ytterligere 1 annonsekonto venter.
   *[other] Ytterligere { $more } annonsekontoer venter.
} De vedlagte listene accounts.xlsx og accounts.csv inneholder alle, med trinnet for hver.

heading-handed-over = Overlatt til kollegene våre
handed-over = Vi har minnet deg om { $accounts ->
    [one] denne annonsekontoen så ofte som vi lovet. Kollegene våre tar den opp med deg; du trenger ikke gjøre noe med den nå.
   *[other] disse annonsekontoene så ofte som vi lovet. Kollegene våre tar dem opp med deg; du trenger ikke gjøre noe med dem nå.
}
heading-owned = Kunder du har ansvaret for: venter fortsatt etter våre påminnelser
owned-history = Har ventet siden { $since } ({ $days ->
    [one] 1 dag
   *[other] { $days } dager
}); { $mails ->
    [one] 1 e-post
   *[other] { $mails } e-poster
}, den siste { $last }.
heading-mended = På plass siden forrige e-post, takk
heading-not-needed = Trengs ikke lenger, ingenting å gjøre

closed = Er en konto stengt eller ikke lenger i bruk? Svar, så slutter vi å spørre.
why-contact = Du får denne e-posten fordi { $agency } har deg som kontakt for { $clients }.
why-owner = Du får denne e-posten fordi du har ansvaret for { $clients } hos { $agency }.
why-closing = Du får denne e-posten fordi { $agency } tidligere har skrevet til deg om TikTok-tilgang.
why-wrong = Er det ikke deg? Svar, så spør vi den rette.

todo-invite = Inviter brukeren vår (Standard), og gi den deretter tilgang til { $accounts ->
    [one] annonsekontoen
   *[other] annonsekontoene
} som Analyst
todo-add = Inviter også denne brukeren fra oss (Standard), og gi den deretter tilgang til { $accounts ->
    [one] annonsekontoen
   *[other] annonsekontoene
} som Analyst
todo-assign = Gi brukeren vår tilgang til { $accounts ->
    [one] annonsekontoen
   *[other] annonsekontoene
} som Analyst
todo-again = Gi brukeren vår tilgang til { $accounts ->
    [one] annonsekontoen
   *[other] annonsekontoene
} som Analyst igjen, eller fortell oss { $accounts ->
    [one] hvor den er flyttet
   *[other] hvor de er flyttet
}
todo-lower = Sett tillatelsen til brukeren vår til Analyst
