
# Gesperrte Schlüssel
locked-banner = Die Schlüssel sind gesperrt. Bis sie entsperrt werden, wird nichts ausgestellt oder veröffentlicht; Aufträge warten.
locked-way = Schlüssel entsperren
lock-submit = Schlüssel sperren
unlock-title = Schlüssel entsperren
unlock-text = Der Dienst läuft ohne die Passphrase seiner Schlüssel. Lesen, das Portal und das Prüfen von Zertifikaten gehen. Ausstellen und Veröffentlichen warten.
unlock-waiting =
    { $count ->
        [one] Ein Auftrag wartet.
       *[other] { $count } Aufträge warten.
    }
unlock-who = Entsperren muss, wer sich um die Schlüssel kümmert: jemand mit der Rolle Schlüssel oder Verwaltung.
unlock-hint = Die Passphrase, mit der die Schlüsseldateien versiegelt sind. Sie steht nur im Arbeitsspeicher, bis die Schlüssel gesperrt werden oder der Dienst endet.
unlock-submit = Entsperren
unlock-open = Die Schlüssel sind entsperrt.
said-unlocked = Die Schlüssel sind entsperrt. Was gewartet hat, geht weiter.
said-locked = Die Schlüssel sind gesperrt. Was eine Unterschrift braucht, wartet ab jetzt.
needs-locked = Schlüssel ist gesperrt: Bis ihn jemand entsperrt, wird nichts ausgestellt oder veröffentlicht
problem-keys-locked = Die Schlüssel sind gesperrt

# Mailserver
relay-title = Mailserver
relay-lead = Dieser Server nimmt alle E-Mails an, die der Dienst sendet.
relay-none = E-Mail ist nicht eingerichtet: Es wird nichts verschickt.
relay-text = Auf dieser Seite eingerichtet. Das Passwort ist mit den Schlüsseln versiegelt und wird nirgends gezeigt.
relay-change = Mailserver ändern
relay-waits = Das Passwort ist versiegelt, und die Schlüssel sind gesperrt. Was fällig ist, wartet, bis sie entsperrt werden.
relay-password-hint = Wird mit den Schlüsseln versiegelt. Niemand bekommt es zu sehen; es lässt sich ersetzen.
relay-password-kept = Eines ist hinterlegt und bleibt, wenn Sie das Feld leer lassen. Für einen anderen Server oder Benutzer ist es neu einzugeben.
relay-try = Ausprobieren
relay-try-text = Die Testnachricht geht sofort an Ihre eigene Adresse.
relay-test = Testnachricht an mich senden
relay-remove = Keine E-Mails mehr senden
relay-remove-text = Adresse und Passwort des Servers werden vergessen. Was im Postausgang ist, wartet, bis ein anderer Server eingerichtet ist.
relay-took = Der Server hat die Nachricht angenommen. Er hat geantwortet:
relay-refused = Die Nachricht ist nicht abgegangen:
said-relay-removed = Es werden keine E-Mails mehr verschickt. Was im Postausgang ist, wartet.

# Die erste Seite: was ausprobiert und was außerdem angelegt wird
begin-kept = Wie eingegeben gemerkt. Leer lassen oder neu eingeben.
begin-logo = Logo
begin-logo-hint = PNG, JPEG oder SVG. Damit entsteht eine Vorlage „own-logo“, die Veranstaltungen wählen können. Das hat Zeit.
begin-logo-kept = { $name } ist gemerkt. Wählen Sie ein anderes, oder lassen Sie das Feld leer.
begin-sample = Zum Umsehen
begin-sample-box = Eine Beispielveranstaltung mit erfundenen Personen anlegen
begin-sample-hint = Sie lässt sich jederzeit archivieren oder löschen.
begin-test = Erst den Mailserver ausprobieren
begin-test-none = Es ist kein Mailserver angegeben, der sich ausprobieren ließe.
begin-test-whom = Geben Sie Ihre eigene E-Mail-Adresse an: Dorthin geht die Testnachricht.
begin-test-subject = Testnachricht Ihres Zertifikatdienstes
begin-test-text = Der Mailserver nimmt Nachrichten dieses Dienstes an. Diese hier ging nur an Sie.
begin-faults =
    { $count ->
        [one] Eine Angabe stimmt noch nicht. Es wurde nichts angelegt.
       *[other] { $count } Angaben stimmen noch nicht. Es wurde nichts angelegt.
    }

# Sicherungen
backups = Sicherungen
backups-title = Sicherungen
backups-lead = Jede Nacht ein signierter Abzug von allem außer den Schlüsseln, in einen Ordner dieses Rechners.
backups-none = Es werden keine Sicherungen gemacht.
backups-how = Geben Sie auf der Seite „Was aufgehoben wird“ an, wohin sie gehen: in einen Ordner, am besten auf einem anderen Datenträger.
backups-under-way = Eine Sicherung wird gemacht.
backups-newest = Neueste
backups-records = Datensätze
backups-when = Gemacht
backups-hour = jede Nacht um { $hour }
backups-keep = Aufgehoben werden
backups-folder = Ordner
backups-failed = Der letzte Versuch ist gescheitert.
backups-tampered = Einige Zertifikate darin sind nicht so, wie dieser Aussteller sie unterschrieben hat: Jemand anderes kann in die Datenbank schreiben.
backups-stale = Von den letzten zwei Tagen gibt es keine Sicherung.
backups-make = Jetzt sichern
backups-keys = Der Ordner keys und die Passphrase sind in keiner Sicherung. Heben Sie Kopien davon getrennt voneinander auf.
backups-files = Sicherungen im Ordner
backups-name = Datei
backups-bytes = Größe
backups-size = { $kb } KB
backups-empty = Es gibt noch keine.
drill = Probe der Wiederherstellung
drill-text = Stellt die neueste Sicherung in einem eigenen Ordner wieder her, zählt, was da ist, geht das Protokoll durch, prüft Zertifikate von überall und räumt den Ordner wieder weg. Der laufende Dienst bleibt unberührt.
drill-start = Neueste Sicherung zur Probe wiederherstellen
drill-under-way = Die neueste Sicherung wird zur Probe wiederhergestellt.
drill-good = Die neueste Sicherung lässt sich wiederherstellen.
drill-bad = Die neueste Sicherung lässt sich so nicht wiederherstellen. Machen Sie eine neue, und gehen Sie dem nach.
drill-of = Sicherung vom
drill-certificates = Fassungen von Zertifikaten
drill-audit = Einträge des Protokolls, deren Kette hält
drill-signatures = Geprüfte Unterschriften
said-backup-begun = Eine Sicherung wird gemacht.
said-drill-begun = Die Probe hat begonnen.
problem-no-backup-folder = Es ist nicht gesagt, wohin Sicherungen gehen

# Was der Dienst selbst braucht
needs-store = Datenbank, die sich nicht beschreiben lässt: Platz schaffen oder ins Log sehen
needs-queue = Warteschlange von Aufträgen, die stillsteht: Das Log sagt, warum; ein Neustart setzt sie fort
needs-publication-failed = Veröffentlichung ist gescheitert: öffnen und nachsehen, warum
needs-disk = Datenträger, der fast voll ist: weniger als 1 GB frei
needs-mail = Mailserver, der nicht annimmt, was fällig ist
needs-manifest = Schlüsselliste, die bald abläuft: veröffentlichen, wo der Wurzelschlüssel liegt
needs-key = Schlüssel, der seit einem Jahr unterschreibt: ersetzen
needs-backup-failed = Sicherung ist gescheitert: öffnen und nachsehen, warum
needs-drill-failed = Probe, bei der sich eine Sicherung als unbrauchbar erwies
needs-backup = Sicherung fehlt: Von den letzten zwei Tagen gibt es keine

# Neben den Schlüsseln
keys-drill = Der Name eines Schlüssels führt zur Probe: was es hieße, wenn er gestohlen wäre.
theft-title = Wenn dieser Schlüssel gestohlen wäre
theft-lead = Eine Probe für { $id }. Durch das Ansehen ändert sich nichts.
theft-signed = Zertifikate, die er unterschrieben hat und die gültig bleiben
theft-set = So viel käme durch deren Liste zur Website hinzu
theft-waiting = Widerrufe, die sofort veröffentlicht würden
theft-would = Das würde geschehen:
theft-replaced = Ein neuer Schlüssel entsteht und unterschreibt von da an.
theft-not-replaced = Er unterschreibt schon jetzt nicht mehr; der aktive Schlüssel macht weiter.
theft-manifest = Der Wurzelschlüssel unterschreibt eine neue Schlüsselliste, in der dieser seit dem Tag als gestohlen gilt, den Sie angeben.
theft-published = Die nächste Veröffentlichung nimmt ihn aus did.json und enthält einen Fingerabdruck jedes Zertifikats, das er wirklich unterschrieben hat.
theft-kept = Diese Zertifikate bleiben gültig. Niemand braucht ein neues.
theft-forged = Was ein Dieb damit unterschreibt, wird abgelehnt, welches Datum er auch daraufsetzt.
theft-root-away = Der Wurzelschlüssel liegt nicht im Ordner des Dienstes. Holen Sie ihn zuerst: Ohne ihn lässt sich kein Schlüssel für gestohlen erklären.
theft-no-site = Der Dienst veröffentlicht nichts. Veröffentlichen Sie von Hand, sonst ist es beim Prüfen nicht bekannt.
theft-nothing = Wenn er wirklich in andere Hände geraten sein kann: für gestohlen erklären, dann veröffentlichen.
ceremony-title = Umgang mit dem Wurzelschlüssel
ceremony-lead = Der Wurzelschlüssel bürgt für die Schlüssel, die unterschreiben. Er wird selten gebraucht und liegt so lange woanders.
ceremony-until = Die Schlüsselliste gilt bis
ceremony-print = Drucken Sie diese Seite aus, und heben Sie sie bei den Kopien der Schlüssel auf.
ceremony-once = Einmal, nach dem Einrichten
ceremony-once-1 = Zwei Personen treffen sich an einem Rechner, dem beide trauen.
ceremony-once-2 = Beide vergleichen den Fingerabdruck oben mit dem, den die erste Seite gezeigt hat. Drucken Sie ihn aus, und veröffentlichen Sie ihn, wo nur Sie es können.
ceremony-once-3 = Kopieren Sie den Ordner keys auf zwei verschlüsselte Datenträger.
ceremony-once-4 = Prüfen Sie eine der Kopien auf einem anderen Rechner, der das Programm hat: testamur keys list --data ORDNER zeigt denselben Fingerabdruck, wenn in dem Ordner der kopierte Ordner keys liegt.
ceremony-once-5 = Schreiben Sie die Passphrase auf, einmal für einen Tresor, einmal für einen Passwortmanager: nie auf dieselben Datenträger.
ceremony-once-6 = Löschen Sie r1.jwe, die Datei des Wurzelschlüssels, aus dem Ordner keys des Dienstes: Er stellt ohne sie aus und veröffentlicht ohne sie, und wer einbricht, findet sie nicht. Legen Sie die beiden Datenträger an zwei Orte.
ceremony-year = Jedes Jahr, und wenn jemand geht, der die Passphrase kannte
ceremony-year-1 = Zwei Personen holen einen Datenträger und kopieren die neueste Datei rN.jwe in den Ordner keys.
ceremony-year-2 = Ersetzen Sie den aktiven Schlüssel auf der Seite „Schlüssel und Veröffentlichung“. Das erneuert auch die Schlüsselliste.
ceremony-year-3 = Veröffentlichen Sie.
ceremony-year-4 = Prüfen Sie ein altes und ein neues Zertifikat: Beide sind gültig.
ceremony-year-5 = Kopieren Sie den Ordner keys wieder auf beide Datenträger, und löschen Sie rN.jwe aus dem Dienst.
ceremony-stolen = Wenn ein Schlüssel in andere Hände geraten sein kann
ceremony-stolen-1 = Holen Sie den Wurzelschlüssel wie jedes Jahr.
ceremony-stolen-2 = Erklären Sie den Schlüssel für gestohlen, seit dem frühesten Tag, der möglich ist.
ceremony-stolen-3 = Veröffentlichen Sie sofort, und bitten Sie alle, die prüfen, die Liste neu zu holen.
ceremony-stolen-4 = Wenn der Wurzelschlüssel selbst in andere Hände geraten sein kann: testamur keys root-rotate, und den neuen Fingerabdruck auf anderem Weg bekannt machen.
site-title = Wo die Website liegt
site-lead = Was zum Prüfen nötig ist, liegt in einem Ordner, den jeder Webserver zeigen kann.
site-address = Adresse, die in Zertifikaten steht
site-files = Was dort liegt
site-files-text = So, wie dieser Dienst es zeigt. Die Prüfseite ist eine einzige Datei zum Weitergeben: Sie braucht kein Netz.
site-point = Wie man sie erreicht
site-ways = Es gibt zwei Wege:
site-here = Der Dienst zeigt die Website selbst: Die Domain führt zu diesem Dienst oder zu einem Webserver davor (deploy/nginx.conf).
site-elsewhere = Ein anderer Webserver zeigt den Ordner oder eine Kopie davon: nach jeder Veröffentlichung den ganzen Ordner kopieren, trust.jws zuletzt.
site-nginx = Das Mindeste, was ein Webserver wissen muss; in deploy/nginx-static.conf steht alles.
unlock-wrong = Die Schlüssel bleiben gesperrt.
unlock-wrong-field = Das ist nicht die Passphrase.
relay-hint = Etwa smtp.example.org.

# Was wie lange aufgehoben wird
upkeep-title = Was aufgehoben wird
upkeep-lead = Wie lange Datensätze und Sitzungen bleiben, und wohin Sicherungen gehen. Eine Änderung gilt sofort.
upkeep-choose = Festlegen
upkeep-thrown = Was jede Nacht weggeworfen wird
upkeep-mail-days = Nachrichten: Tage, bis Adressen und Links vergessen sind
upkeep-mail-days-hint = Auch, was Mailserver geantwortet haben. Üblich sind 730. 0: nie.
upkeep-upload-days = Importe: Tage, bis ihre Berichte verschwinden
upkeep-upload-days-hint = Darin steht, was in den Dateien stand. Üblich sind 90. 0: nie.
upkeep-waiting = Dateien, die angesehen werden
upkeep-waiting-minutes = Minuten, die eine gewählte Datei wartet
upkeep-waiting-minutes-hint = 5 bis 1440. Üblich sind 60. Listen und Vorlagen warten nur im Arbeitsspeicher, bis sie übernommen werden, und sind weg, wenn der Dienst anhält.
upkeep-sessions = Sitzungen des Teams
upkeep-session-hours = Stunden, nach denen eine unbenutzte Sitzung endet
upkeep-session-hours-hint = 1 bis 720. Üblich sind 12. Das gilt auch für offene Sitzungen.
upkeep-session-days = Tage nach der Anmeldung, nach denen eine Sitzung endet
upkeep-session-days-hint = 1 bis 365. Üblich sind 7.
upkeep-backup-folder = Ordner der Sicherungen
upkeep-backup-folder-hint = Am besten auf einem anderen Datenträger, etwa /srv/backups. Was nicht mit / beginnt, liegt im Datenordner. Leer: Es werden keine Sicherungen gemacht.
upkeep-backup-hour = Stunde der Sicherung
upkeep-backup-hour-hint = 0 bis 23, in Ihrer Zeitzone. Üblich ist 2.
upkeep-backup-keep = Sicherungen, die bleiben
upkeep-backup-keep-hint = 1 bis 3650. Üblich sind 14. Ältere werden gelöscht.
upkeep-fixed = Fest vorgegeben
upkeep-fixed-text = Das steht in testamur.toml. Geändert wird es dort und gilt nach einem Neustart.
upkeep-nothing = Es wurde nichts geändert.
upkeep-number = Geben Sie eine ganze Zahl ein.

# Sicherungen, die andere machen
backups-over = Übergangen: Das hier gilt nicht als Sicherung.
backups-over-future = das Datum liegt in der Zukunft
backups-over-not-a-file = es ist eine Verknüpfung oder ein Ordner
elsewhere = Sicherungen an anderer Stelle
elsewhere-text = Macht ein Zeitplan des Rechners Sicherungen, oder wer den Rechner betreut? Sagen Sie es, dann wird hier keine vermisst.
elsewhere-marker = Merkzeichen
elsewhere-marker-hint = Eine Datei, die jede Sicherung erneuert, oder der Ordner, in den sie gehen. Das Datum zeigt, wie alt die neueste ist. Es kann entfallen: Dann sieht niemand nach.
elsewhere-say = Sicherungen werden an anderer Stelle gemacht
elsewhere-by = Gesagt von
elsewhere-stale = Das Merkzeichen zeigt keine Sicherung der letzten zwei Tage.
elsewhere-fresh = Das Merkzeichen zeigt eine Sicherung der letzten zwei Tage.
elsewhere-believed = Es gibt kein Merkzeichen: Niemand sieht nach, wie alt die neueste ist.
elsewhere-end = Sie werden nicht mehr an anderer Stelle gemacht
# Die Adresse, unter der der Dienst erreicht wird
zone-lead = Sie bestimmt, auf welchen Tag etwas fällt: die Tage auf Zertifikaten, das Ende des letzten Tages einer Veranstaltung, die Nächte der Sicherungen. Eine Veranstaltung kann ihre eigene haben, in ihrem Formular.
zone-hint = Etwa Europe/Berlin, oder UTC. Sie gilt für das, was von jetzt an geschieht; die Tage ausgestellter Zertifikate bleiben, wie sie sind.
zone-fixed = testamur.toml nennt { $zone }. Ändern Sie sie dort: time_zone.
zone-change = Zeitzone ändern
house-language-lead = Sie gilt, wo keine eigene Sprache bekannt ist: auf der veröffentlichten Startseite, auf Seiten, deren Leser eine Sprache wünschen, die es dort nicht gibt, und im Brief an eine neue Adresse, wenn weder die Person noch ihre Veranstaltung eine Sprache hat.
house-language-fixed = testamur.toml nennt { $language }. Ändern Sie sie dort: language.
house-language-change = Sprache ändern
address-lead = Links in Mails, zum Portal und zu öffentlichen Seiten beginnen mit ihr. Sie wird nie einer Anfrage entnommen.
address-hint = Etwa https://certs.example.org oder https://example.org/zertifikate. Leer: noch nicht bekannt; Nachrichten enthalten dann keinen Link.
address-none = Es ist keine Adresse bekannt: Nachrichten enthalten keinen Link, weder zu Zertifikaten noch zum Portal.
address-here-only = Diese Adresse erreicht nur dieser Rechner oder dieses Netz, oder der Weg dorthin ist nicht sicher (http://): Links in Nachrichten und auf Seiten führen sonst niemanden irgendwohin.
address-fixed = testamur.toml oder eine Option des Programms nennt { $address }. Ändern Sie sie dort.
address-change = Adresse angeben
begin-address = Adresse, unter der der Dienst erreicht wird
begin-address-hint = Etwa https://certs.example.org: Links in Mails beginnen mit ihr. Leer: Sie geben sie später unter Einstellungen an; bis dahin enthalten Nachrichten keinen Link.
send-no-links = Die Adresse, unter der der Dienst erreicht wird, ist nicht bekannt: Nachrichten enthalten dann keinen Link, weder zum Zertifikat noch zum Portal.
