# Was die Mails an die Kunden sagen, auf Deutsch. MENU(…) ist etwas auf TikToks Bildschirm, so wie TikTok es schreibt;
# CODE(…) ist eine Adresse oder Nummer zum Kopieren. Im HTML-Teil sind alle Variablen schon geschützt; hier kein < oder &.
# $clients steht immer im Akkusativ: „für 365discount und 1 weiteren Kunden“.

subject-share = TikTok-Zugriff für { $clients }: { $accounts ->
    [one] 1 Werbekonto
   *[other] { $accounts } Werbekonten
} für { $agency } freigeben
subject-lower = TikTok-Zugriff für { $clients }: { $agency } bei { $accounts ->
    [one] 1 Werbekonto
   *[other] { $accounts } Werbekonten
} auf Analyst setzen
subject-passed = TikTok-Zugriff für { $clients }: bitte Anfrage zu { $accounts ->
    [one] 1 Werbekonto
   *[other] { $accounts } Werbekonten
} weiterleiten
subject-owned = TikTok-Zugriff für { $clients }: nach unseren Erinnerungen { $accounts ->
    [one] ist noch 1 Werbekonto
   *[other] sind noch { $accounts } Werbekonten
} offen
subject-closing = { $named ->
    [0] TikTok-Zugriff
   *[other] TikTok-Zugriff für { $clients }
}: nichts mehr zu tun, vielen Dank
subject-reminder = Erinnerung: { $subject }
subject-more-clients = { $first } und { $more ->
    [one] 1 weiteren Kunden
   *[other] { $more } weitere Kunden
}
subject-stop = Bitte keine Mails mehr zum TikTok-Zugriff

and = und
other-clients = { $more ->
    [one] 1 weiteren Kunden
   *[other] { $more } weitere Kunden
}
date = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }

rehearsal = Probe: Sonst wäre diese Mail an { $address } gegangen.
greeting = Guten Tag { $name }!
greeting-nameless = Guten Tag!
reminder = Dies ist eine Erinnerung. Wir haben Ihnen zuerst am { $day } geschrieben, und die Sache ist noch offen.
opening-share = { $agency } bittet Sie, { $accounts ->
    [one] ein TikTok-Werbekonto
   *[other] { $accounts } TikTok-Werbekonten
} für { $clients } mit unserem TikTok-Login zu teilen. Wir brauchen { $accounts ->
    [one] es
   *[other] sie
}, um zu lesen, wie die Anzeigen laufen: Ausgaben, Aufrufe und Klicks.
opening-also-lower = Bei { $accounts ->
    [one] einem weiteren Werbekonto
   *[other] { $accounts } weiteren Werbekonten
} haben wir eine höhere Berechtigung als nötig.
opening-lower = { $agency } liest, wie die TikTok-Anzeigen für { $clients } laufen, und hat bei { $accounts ->
    [one] einem Werbekonto
   *[other] { $accounts } Werbekonten
} eine höhere Berechtigung als nötig. Alles funktioniert; bitte setzen Sie sie auf Analyst herab.
opening-passed = { $agency } braucht Zugriff auf { $accounts ->
    [one] ein TikTok-Werbekonto
   *[other] { $accounts } TikTok-Werbekonten
} für { $clients }, um zu lesen, wie die Anzeigen laufen, und kann dort niemanden erreichen. Bitte leiten Sie diese Mail an jemanden dort weiter, oder tragen Sie einen Kontakt in das Kontaktregister ein.
opening-passed-lower = { $agency } hat bei { $accounts ->
    [one] einem TikTok-Werbekonto
   *[other] { $accounts } TikTok-Werbekonten
} für { $clients } eine höhere Berechtigung als nötig und kann dort niemanden erreichen. Bitte leiten Sie diese Mail an jemanden dort weiter, oder tragen Sie einen Kontakt in das Kontaktregister ein.
opening-owned = Sie betreuen { $clients } bei { $agency }. Wir haben dort so oft wie geplant nach { $accounts ->
    [one] einem TikTok-Werbekonto
   *[other] { $accounts } TikTok-Werbekonten
} gefragt, ohne Erfolg. Bitte sprechen Sie mit { $named ->
    [one] dem Kunden
   *[other] den Kunden
}: Unten steht genau, was fehlt und wen wir gefragt haben.
opening-unasked = Sie betreuen { $clients } bei { $agency }. Nach { $accounts ->
    [one] einem TikTok-Werbekonto
   *[other] { $accounts } TikTok-Werbekonten
} konnten wir dort niemanden fragen, deshalb gingen unsere Mails an Sie. Bitte sprechen Sie mit { $named ->
    [one] dem Kunden
   *[other] den Kunden
}, oder tragen Sie einen Kontakt in das Kontaktregister ein; unten steht genau, was fehlt.
opening-also-owner = Weiter unten steht, was Sie bei { $agency } betreuen: { $clients }.
closing = Alles ist erledigt: Es ist nichts mehr offen, und Sie müssen nichts tun. Vielen Dank für Ihre Hilfe!
closing-handed-over = Sie müssen nichts mehr tun. Vielen Dank für Ihre Hilfe!
reads-only = Die Berechtigung { MENU("Analyst") } erlaubt nur das Lesen: Damit können wir nichts ändern und nichts ausgeben.
no-password = Niemand braucht Ihr Passwort. Bitte geben Sie es an niemanden weiter.
questions = Fragen? Antworten Sie einfach auf diese Mail.
admin = Ein Besuch im TikTok Business Center genügt. Dafür müssen Sie dort Administrator sein; falls nicht, leiten Sie diese Mail bitte an jemanden weiter, der es ist.

open-business-center = TikTok Business Center öffnen
open-guide = Zur Anleitung mit Bildern

heading-invite = Unser Login einladen und ihm { $accounts ->
    [one] 1 Werbekonto
   *[other] { $accounts } Werbekonten
} zuweisen
heading-add = Unsere andere Adresse zu { $accounts ->
    [one] 1 Werbekonto
   *[other] { $accounts } Werbekonten
} hinzufügen
heading-assign = Unserem Login { $accounts ->
    [one] 1 Werbekonto
   *[other] { $accounts } Werbekonten
} zuweisen
heading-again = { $accounts ->
    [one] 1 Werbekonto, das
   *[other] { $accounts } Werbekonten, die
} wir nicht mehr lesen können
heading-lower = Unsere Berechtigung bei { $accounts ->
    [one] 1 Werbekonto
   *[other] { $accounts } Werbekonten
} auf Analyst setzen

fact-add = Unsere Anleitung zeigte zwei Adressen, und { $accounts ->
    [one] dieses Werbekonto ist
   *[other] diese Werbekonten sind
} mit { CODE($other) } geteilt.
about-add = Bitte fügen Sie auch { CODE($member) } hinzu; die andere Adresse kann bleiben.
about-assign = Unser Login ist schon Mitglied in Ihrem Business Center. Es { $accounts ->
    [one] fehlt nur noch das Werbekonto
   *[other] fehlen nur noch die Werbekonten
}.
fact-again = Wir konnten { $accounts ->
    [one] es
   *[other] sie
} bis zum { $day } in „{ $place }“ lesen.
about-again = { $accounts ->
    [one] Falls es in ein anderes Business Center umgezogen ist, antworten Sie uns bitte, in welches. Sonst weisen Sie es uns bitte noch einmal zu.
   *[other] Falls sie in ein anderes Business Center umgezogen sind, antworten Sie uns bitte, in welches. Sonst weisen Sie sie uns bitte noch einmal zu.
}
about-lower = Alles funktioniert, aber wir müssen nur lesen können.

passed = Wir können bei { $client } niemanden erreichen. Bitte leiten Sie diesen Teil an jemanden dort weiter, oder tragen Sie einen Kontakt in das Kontaktregister ein.

step = Schritt { $number }
step-invite = Öffnen Sie im Business Center { MENU("Members") }, wählen Sie { MENU("Invite Member") }, und geben Sie die E-Mail-Adresse unten ein. Wählen Sie als Zugriff { MENU("Standard") }, klicken Sie auf { MENU("Next") } und dann auf { MENU("Skip") } oder { MENU("Confirm") }.
step-invite-done = Haben Sie { CODE($member) } schon eingeladen? Dann antworten Sie uns: Wir nehmen an, und bei Schritt 1 müssen Sie nichts mehr tun.
step-assign = Öffnen Sie im Business Center { MENU("Members") }, wählen Sie unser Login, dann { MENU("Assign Asset") } und { MENU("Ad Accounts") }. Haken Sie { $accounts ->
    [one] das Werbekonto
   *[other] die Werbekonten
} unten an, wählen Sie die Berechtigung { MENU("Analyst") }, und klicken Sie auf { MENU("Assign Asset") }.
step-lower = Öffnen Sie im Business Center { MENU("Members") }, wählen Sie unser Login, suchen Sie { $accounts ->
    [one] das Werbekonto
   *[other] die Werbekonten
} unten, und ändern Sie die Berechtigung auf { MENU("Analyst") }.

label-invite = Einzuladende E-Mail-Adresse
label-login = Unser Login
label-business-center = Business Center
label-business-centers = Eines dieser Business Center
label-accounts = { $accounts ->
    [one] Werbekonto
   *[other] Werbekonten
}
label-todo = Das muss der Kunde tun
label-asked = Bisher gefragt
more = und { $more } mehr
requested = (Onboarding ist beantragt)
nameless = (ohne Namen)
accounts-more = und { $more } mehr in den angehängten Listen accounts.xlsx und accounts.csv
rest-more = { $more ->
    [one] 1 weiteres Werbekonto wartet.
   *[other] { $more } weitere Werbekonten warten.
} Die angehängten Listen accounts.xlsx und accounts.csv enthalten alle, jeweils mit dem Schritt dazu.

heading-handed-over = An unser Team übergeben
handed-over = Wir haben Sie so oft wie versprochen an { $accounts ->
    [one] dieses Werbekonto erinnert. Unser Team spricht Sie darauf an; Sie müssen dafür jetzt nichts tun.
   *[other] diese Werbekonten erinnert. Unser Team spricht Sie darauf an; Sie müssen dafür jetzt nichts tun.
}
heading-owned = Kunden, die Sie betreuen: nach unseren Erinnerungen noch offen
owned-history = Offen seit dem { $since } ({ $days ->
    [one] 1 Tag
   *[other] { $days } Tage
}); { $mails ->
    [one] 1 Mail
   *[other] { $mails } Mails
}, zuletzt am { $last }.
heading-mended = Seit unserer letzten Mail erledigt, vielen Dank
heading-not-needed = Nicht mehr nötig, nichts zu tun

closed = Ist ein Konto geschlossen oder nicht mehr in Gebrauch? Antworten Sie uns, dann fragen wir nicht weiter.
why-contact = Sie erhalten diese Mail, weil { $agency } Sie als Kontakt für { $clients } führt.
why-owner = Sie erhalten diese Mail, weil Sie { $clients } bei { $agency } betreuen.
why-closing = Sie erhalten diese Mail, weil { $agency } Ihnen schon wegen des TikTok-Zugriffs geschrieben hat.
why-wrong = Sind Sie nicht zuständig? Antworten Sie uns, dann fragen wir die richtige Person.

todo-invite = Unser Login einladen (Standard) und ihm dann { $accounts ->
    [one] das Werbekonto
   *[other] die Werbekonten
} als Analyst zuweisen
todo-add = Auch dieses Login von uns einladen (Standard) und ihm dann { $accounts ->
    [one] das Werbekonto
   *[other] die Werbekonten
} als Analyst zuweisen
todo-assign = Unserem Login { $accounts ->
    [one] das Werbekonto
   *[other] die Werbekonten
} als Analyst zuweisen
todo-again = Unserem Login { $accounts ->
    [one] das Werbekonto
   *[other] die Werbekonten
} noch einmal als Analyst zuweisen oder uns sagen, { $accounts ->
    [one] wohin es umgezogen ist
   *[other] wohin sie umgezogen sind
}
todo-lower = Die Berechtigung unseres Logins auf Analyst setzen
