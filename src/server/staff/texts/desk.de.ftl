
# Rows that are ticked
choose-row = { $name } ankreuzen
choose-title = Mit mehreren etwas tun
choose-legend = Mit welchen Zeilen
choose-these = Nur mit den angekreuzten
choose-but = Mit allen, die der Filter findet, außer den angekreuzten
choose-hint = Bis zu { $count } Zeilen können angekreuzt sein, auch über mehrere Seiten. Für mehr nehmen Sie den Filter. Bevor etwas geschieht, sehen Sie die genaue Zahl.
choose-elsewhere =
    { $count ->
        [one] Auch eine Zeile einer anderen Seite ist angekreuzt.
       *[other] Auch { $count } Zeilen anderer Seiten sind angekreuzt.
    }
choose-clear = Alle Kreuze entfernen
choose-none = Keine Zeile ist angekreuzt. Kreuzen Sie welche an, oder wählen Sie alle, die der Filter findet.
choose-too-many = { $count } Zeilen sind angekreuzt, höchstens { $most } können es sein. Nehmen Sie den Filter, oder wählen Sie alle außer einigen.
choose-back = Zurück zur Liste
choose-changed = Die Liste hat sich geändert, seit sie Ihnen gezeigt wurde. Sehen Sie sie noch einmal an, bevor Sie bestätigen.

# With several certificates
batch-unknown = Wählen Sie, was geschehen soll
batch-zip = Als PDF (ZIP)
zip-names = In einer ZIP-Datei heißt jede Datei nach der Nummer ihres Zertifikats, etwa CERT-WORKSHOP-2026-00001.pdf. manifest.csv darin sagt, welche Datei wem gehört; was nicht hineinkam, steht dort und in LEFT-OUT.txt.
batch-narrow = Das wären alle Zertifikate, die es gibt. Nehmen Sie zuerst den Filter.
batch-send = Per E-Mail senden
batch-send-do =
    { $count ->
        [one] Eine Nachricht senden
       *[other] { $count } Nachrichten senden
    }
batch-regenerate = Neu ausstellen
batch-regenerate-do =
    { $count ->
        [one] Ein Zertifikat neu ausstellen
       *[other] { $count } Zertifikate neu ausstellen
    }
batch-revoke = Widerrufen
batch-revoke-do =
    { $count ->
        [one] Ein Zertifikat widerrufen
       *[other] { $count } Zertifikate widerrufen
    }
batch-restore = Widerrufe zurücknehmen
batch-restore-do =
    { $count ->
        [one] Einen Widerruf zurücknehmen
       *[other] { $count } Widerrufe zurücknehmen
    }
batch-nothing = Mit keinem davon würde etwas geschehen.

# With several participants
batch-issue = Zertifikate ausstellen
batch-issue-do =
    { $count ->
        [one] Ein Zertifikat ausstellen
       *[other] { $count } Zertifikate ausstellen
    }
batch-except = Ausnahmen machen
batch-except-do =
    { $count ->
        [one] Eine Ausnahme machen
       *[other] { $count } Ausnahmen machen
    }
batch-exclude = Ausschließen
batch-exclude-do =
    { $count ->
        [one] Eine Person ausschließen
       *[other] { $count } Personen ausschließen
    }
batch-kept =
    { $count ->
        [one] Eine Person bleibt, wie sie ist: schon auf der Liste, oder ausgeschlossen.
       *[other] { $count } Personen bleiben, wie sie sind: schon auf der Liste, oder ausgeschlossen.
    }
said-listed-many = Erledigt.
people-columns = Spalten
people-columns-which = Was gezeigt wird
people-columns-show = Diese zeigen
people-search-on = Weitersuchen

# More on a person's card
person-sessions = Termine
person-attended = bei { $present } von { $all } dabei
measure-by-hand = Anwesenheit von Hand eingetragen
measure-sessions = Besuchte Termine
measure-activities = Erledigte Aufgaben
person-earlier = Zertifikate davor
person-history = Was getan wurde
person-history-none = Zu dieser Person ist noch nichts vermerkt.
person-act = Was
person-about = Worüber
person-run = ein Auftrag
person-more-others =
    { $count ->
        [one] Und eine weitere Veranstaltung.
       *[other] Und { $count } weitere Veranstaltungen.
    }
person-merge = Mit einem anderen Eintrag dieser Veranstaltung zusammenführen
person-merge-text = Zwei Einträge einer Person werden einer. Sie sehen beide, bevor etwas geschieht.
person-merge-other = Kennung oder E-Mail-Adresse des anderen Eintrags
person-merge-look = Beide ansehen

# Mail by day, and many messages
mail-waiting = warten
mail-in-vain = zurückgekommen oder gescheitert
mail-unsure = vielleicht hinausgegangen, vielleicht nicht
mail-plot = Nachrichten nach Tagen, Stand { $time }
mail-plot-sent = in den Ausgang gelegt
mail-plot-vain = davon zurückgekommen oder gescheitert
said-sending-pieces = Sie werden nach und nach noch einmal gesendet. Sehen Sie in einer Weile wieder nach.
mail-resend-do =
    { $count ->
        [one] Eine Nachricht noch einmal senden
       *[other] { $count } Nachrichten noch einmal senden
    }
mail-resend-kept =
    { $count ->
        [one] Eine Nachricht bleibt, wie sie ist: unterwegs, durch eine andere ersetzt oder ohne Adresse.
       *[other] { $count } Nachrichten bleiben, wie sie sind: unterwegs, durch eine andere ersetzt oder ohne Adresse.
    }
batch-by-event = Nach Veranstaltung
batch-count = Wie viele
runs-together = Zusammen begonnene Läufe
runs-going =
    { $count ->
        [one] Einer davon läuft noch.
       *[other] { $count } davon laufen noch.
    }
runs-refused = In diesen Veranstaltungen ließ sich kein Lauf beginnen. Sehen Sie sie einzeln an.
said-runs-started = Die Läufe haben begonnen, je einer in jeder Veranstaltung.
batch-without =
    { $count ->
        [one] Eine dieser Personen bekäme kein Zertifikat:
       *[other] { $count } dieser Personen bekämen kein Zertifikat:
    }
batch-except-offer = Ausnahmen für alle, die die Regel nicht erfüllen
batch-except-text = Sie bekommen trotzdem ein Zertifikat. Wer die Ausnahme wann und warum machte, wird mit aufgehoben.

# Nachrichten, die niemanden erreicht haben, und was die Zustände von Nachrichten bedeuten
mail-whom = An wen
deliveries-text = Name, Adresse oder Nummer
deliveries-event = Code der Veranstaltung
mail-meanings = Was die Zustände bedeuten
mail-queued-means = Sie steht im Postausgang und geht hinaus, sobald sie an der Reihe ist.
mail-sending-means = Sie wird gerade dem Mailserver übergeben.
mail-sent-means = Der Mailserver hat sie angenommen. Ob sie angekommen ist, ist nicht bekannt; sie kann noch zurückkommen.
mail-deferred-means = Ein Mailserver sagte „jetzt nicht“. Es wird von selbst erneut versucht.
mail-delivered-means = Der empfangende Server hat gemeldet, dass sie angekommen ist.
mail-bounced-means = Sie kam zurück oder wurde abgelehnt: Niemand hat sie bekommen.
mail-ambiguous-means = Die Verbindung brach im letzten Augenblick ab: Sie ist vielleicht hinausgegangen, vielleicht nicht. Sie wird nie von selbst erneut gesendet, damit niemand sie zweimal bekommt; sehen Sie nach, ob sie angekommen ist, oder senden Sie sie erneut.
mail-failed-means = Sie ging nicht hinaus: Es gab niemanden mehr, an den sie gehen konnte, sie wurde angehalten, oder tagelang nahm sie kein Server an.
mail-opened-means = Ihr Bild wurde geladen. Mailprogramme tun das auch von selbst; ein Beweis ist das nicht.
mail-downloaded-means = Das Zertifikat wurde über den Link in der Nachricht abgerufen, oder im Portal von jemandem, dem das Postfach gehört.
mail-seen = Als erledigt markieren
mail-seen-text = Sie braucht niemanden mehr und wird nicht mehr gezählt. Gesendet wird nichts.
mail-seen-at = Erledigt
said-mail-seen = Die Nachricht ist als erledigt markiert.
mail-vain-title = Zurückgekommen oder gescheitert
mail-vain-lead = Eine Nachricht verschwindet von der ersten Seite, wenn eine spätere zum selben Zertifikat angenommen wurde oder jemand sie markiert.
mail-vain-none = Keine Nachricht kam zurück oder scheiterte.
run-came-back = später zurückgekommen oder gescheitert
run-put-out = in den Postausgang gestellt
run-not-sent = nicht gesendet: ohne Adresse oder schon gesendet
step-send-off = nicht verlangt
step-send-unknown = gerade nicht bekannt
step-newer-version =
    { $count ->
        [one] 1 neuere Version nicht gesendet
       *[other] { $count } neuere Versionen nicht gesendet
    }
send-newer-wait =
    { $count ->
        [one] Eine Person bekam eine frühere Version ihres Zertifikats und noch nichts von der neuen.
       *[other] { $count } Personen bekamen eine frühere Version ihres Zertifikats und noch nichts von der neuen.
    }
send-newer-version = Alle, die eine neuere Version haben als die gesendete
send-stands-in = Dies ist der eingebaute Text zu neuen Versionen. Er steht anstelle des eigenen Textes der Veranstaltung, der nicht sagt, ob es um eine geht.
step-without-address =
    { $count ->
        [one] 1 Person ohne Adresse
       *[other] { $count } Personen ohne Adresse
    }
step-came-back =
    { $count ->
        [one] 1 kam zurück
       *[other] { $count } kamen zurück
    }
sent-before = Es wurde am { $time } gesendet und wird hierdurch nicht zweimal gesendet. „Erneut senden“ auf dieser Seite sendet es noch einmal.
mail-on-its-way = Eine Nachricht dazu ist unterwegs.
correction-waits = Eine Berichtigung wartet: { $name }
correction-next = Senden
correction-next-text = Noch wurde niemandem per Mail gesagt, dass es eine neue Fassung gibt.
correction-address = Die öffentliche Seite ist sichtbar, und ihre Adresse ändert sich mit der neuen Fassung. Die alte Adresse führt zur neuen; wer gefragt hat, erfährt es, wo die Veranstaltung Berichtigungen mitteilt.
correct-title = Namen berichtigen
person-certificate-old = Auf dem Zertifikat { $number } steht noch „{ $name }“.
person-certificate-correct = Zertifikat berichtigen
mail-todo = Zu tun

# Der eigene Text einer Veranstaltung und seine Platzhalter
send-placeholders = Platzhalter haben auf jeder Seite zwei Klammern, etwa { $example }. Sie stehen unten.
send-placeholders-are = Platzhalter für Betreff und Text:
send-built-in = Mit dem eingebauten Text beginnen
send-once = Ein anderer Text, nur dieses eine Mal
send-once-hint = Er geht an alle so, wie er da steht, in welcher Sprache auch immer. Er darf die Platzhalter haben, die unten stehen.
send-once-look = Ansehen, bevor er hinausgeht
send-once-lead = Dieser Text geht nur dieses eine Mal hinaus. Was die Veranstaltung sonst sagt, bleibt.
send-once-do = Diesen Text senden
send-preview-one = Die Nachricht, wie diese Person sie bekommt
send-preview-whom = Für jemand anderen: E-Mail oder ID
send-preview-do = Zeigen
placeholder-name = der Name auf dem Zertifikat
placeholder-event = der Titel der Veranstaltung
placeholder-organiser = wer sie veranstaltet
placeholder-issuer = der Aussteller
placeholder-number = die Nummer des Zertifikats
placeholder-issued-on = der Tag der Ausstellung
placeholder-valid-until = der letzte Tag der Gültigkeit; fehlt, wenn es unbegrenzt gilt
placeholder-verify = wo ein Zertifikat geprüft werden kann
placeholder-link = der Link der Nachricht zum Zertifikat; fehlt, solange die Adresse des Dienstes nicht bekannt ist
placeholder-link-days = wie viele Tage dieser Link gilt
placeholder-attached = ob das PDF angehängt ist: nur für Bedingungen
placeholder-replaces = ob es eine gesendete Version ersetzt: nur für Bedingungen. Ein Text ohne ihn geht an niemanden, bei dem das so ist: dann wird der eingebaute Text zu neuen Versionen gesendet
