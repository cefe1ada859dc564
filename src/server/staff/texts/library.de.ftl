
# Die Bibliothek der Vorlagen
template-upload = Vorlage hochladen
template-upload-event = Eigene Entwürfe einer Veranstaltung werden auf deren Seite bei der Vorlage hochgeladen.
template-upload-for = Ein eigener Entwurf für { $event }
template-upload-own = Eigenen Entwurf dieser Veranstaltung hochladen
template-upload-lead = Das Dokument mit seinen Bildern und Schriften. Es wird angesehen und noch nicht behalten.
template-files = Dateien der Vorlage
template-files-hint = template.json allein, ein ZIP-Archiv damit und mit den Bildern und Schriften, oder alle zugleich. Eine Vorlage der Bibliothek wird als solches Archiv heruntergeladen.
template-look = Ansehen
template-no-file = Wählen Sie die Dateien der Vorlage.
template-no-document = template.json ist nicht unter diesen Dateien. Wählen Sie sie mit aus.
template-documents = Mehr als eine dieser Dateien ist ein Dokument (.json). Wählen Sie eine.
template-look-good = Alles in Ordnung. Die Vorlage kann behalten werden.
template-look-warnings = Die Vorlage kann behalten werden. Was schlecht aussehen kann, ist unten markiert.
template-look-bad = So kann die Vorlage nicht behalten werden. Was falsch ist, ist unten markiert; berichtigen Sie es und wählen Sie die Dateien erneut.
template-look-no-drawing = Es ist zu wenig lesbar, um die Vorlage zu zeichnen.
template-drawing = Zeichnung der Vorlage mit einer Marke an jeder Stelle, zu der es etwas zu sagen gibt
template-fault = Fehler
template-warning = Hinweis
template-keep-title = Behalten
template-keep = Behalten
template-keep-version = Als neue Version behalten
template-keep-use = Ab jetzt für diese Veranstaltung verwenden
template-name = Name
template-name-hint = Kleinbuchstaben, Ziffern und Bindestriche, etwa gold oder kurs-2026. Unter diesem Namen wählen Veranstaltungen die Vorlage.
template-new-version = Neue Version hochladen
template-new-version-of = Eine neue Version von { $name }
template-version = Version { $version }
template-version-of = Version { $version } vom { $day }
template-version-head = Version
template-versions = Versionen
template-of-event = Eigene Vorlage von { $event }
template-as-now = Wie bisher: { $name }
template-by = Von
template-title = Titel
template-kind = Art
template-languages = In anderen Sprachen
template-languages-text = Die Zertifikate einer Veranstaltung sind in der Sprache, die bei der Veranstaltung oder ihrer Vorlage steht.
template-about = Über diese Vorlage
template-page = Seite
template-prints = Druckt
template-assets = Bilder und Schriften
template-asset-there = { $name }
template-asset-free = { $name } (noch keines)
template-tier = Stufe
template-used-in = Verwendet in
template-used = Verwendet in { $events }
template-used-more =
    { $count ->
        [one] und einer weiteren
       *[other] und { $count } weiteren
    }
template-unused = Von keiner Veranstaltung verwendet
template-newest = Neueste Version
template-older = Eine ältere Version
template-remove = Aus der Bibliothek nehmen
template-remove-text = Veranstaltungen können sie nicht mehr wählen. Zertifikate, die damit gemacht wurden, bleiben, wie sie sind.
template-try-names = Mit dem längsten Namen und jeder Schrift ansehen
template-try-title = { $name }, mit Namen ausprobiert
template-try-lead = So sähen die Zertifikate einer Veranstaltung damit aus: mit dem längsten Namen ihrer Liste und einem Namen in jeder Schrift darauf.
template-try-show = Zeigen
template-try-nobody = Jemand, den es nicht gibt
template-try-person = Oder jemand von der Liste, nach E-Mail-Adresse oder Kennung
template-try-chosen = Die gewählte Person
template-try-longest = Der längste Name
template-try-fits = Passt
template-try-fails = Kann nicht gemacht werden
template-try-empty = Auf der Liste dieser Veranstaltung steht noch niemand. Importieren Sie zuerst eine Liste.
template-roll-out = Neueste Version verteilen
template-roll-out-lead = Veranstaltungen behalten ihre Version von { $name }, bis sie die neueste bekommen.
template-roll-out-none = Keine Veranstaltung verwendet eine ältere Version.
template-roll-out-who = Veranstaltungen mit einer älteren Version
template-roll-out-gets = Bekommt die neueste
template-roll-out-keeps = Behält, was sie hat
template-roll-out-do =
    { $count ->
        [one] An eine Veranstaltung verteilen
       *[other] An { $count } Veranstaltungen verteilen
    }
template-roll-out-text = Ausgestellte Zertifikate bleiben, wie sie sind. Um sie zu ersetzen, stellen Sie auf der Seite der Veranstaltung neu aus, was jetzt eine andere Vorlage hat.
template-rolled-out-some =
    { $count ->
        [one] Eine Veranstaltung hat jetzt die neueste Version.
       *[other] { $count } Veranstaltungen haben jetzt die neueste Version.
    }
template-rolled-out-not = Diese behalten, was sie haben:
said-template-kept = Die Vorlage ist gespeichert.
said-template-removed = Die Vorlage ist aus der Bibliothek genommen.
said-template-rolled-out = Die Veranstaltungen haben jetzt die neueste Version.

# Schriften, nach ISO 15924
script-arab = Arabisch
script-armn = Armenisch
script-beng = Bengalisch
script-bopo = Bopomofo
script-cyrl = Kyrillisch
script-deva = Devanagari
script-ethi = Äthiopisch
script-geor = Georgisch
script-grek = Griechisch
script-gujr = Gujarati
script-guru = Gurmukhi
script-hang = Hangul
script-hani = Chinesische Schriftzeichen
script-hebr = Hebräisch
script-hira = Hiragana
script-kana = Katakana
script-khmr = Khmer
script-knda = Kannada
script-laoo = Laotisch
script-latn = Lateinisch
script-mlym = Malayalam
script-mong = Mongolisch
script-mymr = Birmanisch
script-orya = Oriya
script-sinh = Singhalesisch
script-taml = Tamil
script-telu = Telugu
script-thaa = Thaana
script-thai = Thai
script-tibt = Tibetisch

# Listen von Personen
import-file-name = Datei
import-bad-rows = Zeilen, die wegbleiben, mit dem Grund (CSV)
import-corrected = Berichtigte Zeilen importieren
import-remembered = Gelesen wie die letzte Liste dieser Form, aufgenommen in { $event } am { $day }.
import-forget = Das vergessen
import-without = Ohne das lesen
said-import-forgotten = Was zu Listen dieser Form gesagt wurde, ist vergessen.

# Adressen, die keine Seite sind
no-such-page = Unter dieser Adresse gibt es keine Seite.
other-method = Diese Seite nimmt nicht an, was gesendet wurde. Gehen Sie zurück und wählen Sie erneut.

# Einträge des Protokolls
act-address-approve = Andere Adresse bewilligt
act-address-ask = Um andere Adresse gebeten
act-address-reject = Andere Adresse abgelehnt
act-backup-drill = Wiederherstellen geübt
act-backup-elsewhere = Gesagt, ob Sicherungen an anderer Stelle gemacht werden
act-backup-make = Sicherung gemacht
act-event-badge = Badge der Veranstaltung geändert
act-keys-lock = Schlüssel gesperrt
act-keys-unlock = Schlüssel entsperrt
act-keys-unlock-refused = Falsche Passphrase für die Schlüssel
act-issuer-time-zone = Zeitzone des Ausstellers geändert
act-issuer-language = Sprache des Ausstellers geändert
act-event-preview = Vorschau einer Veranstaltung angesehen
act-mail-address = Adresse des Dienstes geändert
act-site-look = Nach der veröffentlichten Website gesehen
act-mail-seen = Nachricht als erledigt markiert
act-mail-relay = Mailserver geändert
act-retention-apply = Altes weggeworfen
act-upkeep-settle = Festgelegt, was wie lange aufgehoben wird
act-approval-approve = Freigegeben
act-approval-reject = Abgelehnt
act-certificate-hasten = Widerruf sofort veröffentlicht
act-certificate-hide = Seite des Zertifikats nicht mehr öffentlich
act-certificate-issue = Zertifikate ausgestellt
act-certificate-regenerate = Zertifikate neu ausgestellt
act-certificate-reissue = Widerrufenes Zertifikat neu ausgestellt
act-certificate-restore = Widerruf zurückgenommen
act-certificate-revoke = Zertifikat widerrufen
act-certificate-show = Seite des Zertifikats öffentlich gemacht
act-clock-accept = Uhr anerkannt
act-correction-ask = Um Korrektur gebeten
act-correction-approve = Korrektur ausgeführt
act-correction-reject = Korrektur abgelehnt
act-event-allow-early = Zertifikate vor dem Ende erlaubt oder nicht
act-event-archive = Veranstaltung archiviert
act-event-copy = Veranstaltung kopiert
act-event-course = Termine und Aufgaben geändert
act-event-create = Veranstaltung angelegt
act-event-mail = E-Mail der Veranstaltung geändert
act-event-remove = Veranstaltung entfernt
act-event-rule = Regel geändert
act-event-state = Stand der Veranstaltung geändert
act-event-template = Vorlage der Veranstaltung geändert
act-event-unarchive = Veranstaltung zurückgeholt
act-event-update = Veranstaltung geändert
act-exception-add = Ausnahme gemacht
act-exception-remove = Ausnahme weggenommen
act-exclusion-add = Ausgeschlossen
act-exclusion-remove = Ausschluss weggenommen
act-import-finish = Liste aufgenommen
act-import-forget = Angaben zu einer Liste vergessen
act-issuer-init = Aussteller eingerichtet
act-key-compromise = Schlüssel als gestohlen gemeldet
act-key-passphrase = Passphrase geändert
act-key-rotate = Schlüssel gewechselt
act-mail-remind = Erinnerung gesendet
act-mail-report = Verbleib einer E-Mail vermerkt
act-mail-resend = E-Mail erneut gesendet
act-mail-send = E-Mail gesendet
act-mail-stop = E-Mail angehalten
act-participant-add = Person hinzugefügt
act-participant-change = Person geändert
act-participant-delete = Person weggenommen
act-participant-erase = Person gelöscht
act-participant-import = Personen aufgenommen
act-participant-merge = Zwei Personen zusammengeführt
act-person-join = Zwei als eine Person erklärt
act-person-split = Eine als zwei Personen erklärt
act-portal-enter = Jemand betrat das Portal
act-portal-prove = Weiteres Postfach nachgewiesen
act-profile-hide = Lernprofil nicht mehr öffentlich
act-profile-show = Lernprofil öffentlich gemacht
act-root-rotate = Wurzelschlüssel gewechselt
act-run-cancel = Auftrag abgebrochen
act-run-finish = Auftrag beendet
act-run-start = Auftrag begonnen
act-session-end = Sitzung beendet
act-site-adopt = Veröffentlichten Ordner übernommen
act-site-publish = Veröffentlicht
act-staff-invite = Mitglied eingeladen
act-staff-invite-mailed = E-Mail mit Einladung
act-staff-link = Neuer Link für ein Mitglied
act-staff-login = Angemeldet
act-staff-login-failed = Anmeldung gescheitert
act-staff-login-locked = Anmeldung eine Weile gesperrt
act-staff-notices = Benachrichtigungen geändert
act-staff-password = Passwort geändert
act-staff-recovery-codes = Ersatzcodes gemacht
act-staff-recovered = Passwort mit dem Notfallblatt gesetzt
act-staff-recovery-sheet = Notfallblatt gemacht
act-staff-reset-asked = Link für ein neues Passwort angefordert
act-staff-remove = Mitglied entfernt
act-staff-set-up = Erste Person mit allen Rechten angelegt
act-staff-update = Mitglied geändert
act-staff-two-step-on = Zweiter Schritt eingerichtet
act-staff-two-step-off = Zweiter Schritt entfernt
act-staff-two-step-clear = Zweiter Schritt einer Person entfernt
act-store-compact = Speicher neu geschrieben
act-template-add = Vorlage hinzugefügt
act-template-change = Neue Version einer Vorlage
act-template-remove = Vorlage aus der Bibliothek genommen
act-token-create = API-Token gemacht
act-token-revoke = API-Token gelöscht
act-webhook-create = Webhook hinzugefügt
act-webhook-delete = Webhook entfernt
act-webhook-disable = Webhook abgeschaltet
act-webhook-redeliver = Nachricht eines Webhooks erneut gesendet
act-webhook-rotate-secret = Geheimnis eines Webhooks gewechselt
act-webhook-ping = Webhook ausprobiert
act-webhook-update = Webhook geändert

# E-Mail
mail-run-notices = Sagen, wie ein Auftrag ausging
mail-run-notices-hint = Per E-Mail an die Person, die ihn begonnen hat, und an die Adressen unten.
mail-notify = Auch an
mail-notify-hint = E-Mail-Adressen, mit Kommas getrennt.
mail-tell-revoked = Den Teilnehmenden sagen, dass ihr Zertifikat widerrufen wurde
mail-tell-revoked-hint = Wird der Widerruf zurückgenommen, erfahren es alle, die von ihm erfahren haben.
mail-tell-replaced = Den Teilnehmenden sagen, dass eine neue Fassung an die Stelle ihres Zertifikats tritt
mail-tell-corrections = Wer um eine Berichtigung gebeten hat, erfährt, was entschieden wurde
mail-opens = Zählen, dass Nachrichten geöffnet wurden, durch ein Bild in ihnen
mail-opens-hint = Die letzte Zeile jeder Nachricht sagt es. Dazu gehört eine öffentliche Adresse.
mail-remind-days = So viele Tage vor dem Ende ihres Zertifikats erinnern
mail-remind-days-hint = 1 bis 365; leer: Niemand wird erinnert. Einmal für jedes Zertifikat.
mail-remind-days-bad = Das ist keine Zahl von Tagen von 1 bis 365.
nothing-sent = Nichts wurde gesendet: { $why }. Um noch einmal zu senden, was schon gesendet wurde, öffnen Sie die Nachricht unter den Zustellungen.
template-roll-out-touches = Wen es betrifft
template-roll-out-people =
    { $people ->
        [one] Eine Person auf der Liste; { $issued } haben ein Zertifikat, das bleibt, wie es ist
       *[other] { $people } Personen auf der Liste; { $issued } haben ein Zertifikat, das bleibt, wie es ist
    }
template-compare = Was nicht gleich ist
template-compare-before = Mit der davor
template-compare-title = { $name }, Versionen { $one } und { $other }
template-compare-old = Älter
template-compare-new = Neuer
template-compare-what = Was
template-compare-how = Wie
template-compare-same = Nichts: Beide sind gleich.
template-became-added = Neu
template-became-removed = Herausgenommen
template-became-changed = Geändert
template-became-moved = Auf einer anderen Ebene

# Vorschau der Zertifikate einer Veranstaltung
preview-lead = So werden die Zertifikate aussehen, bevor eines ausgestellt ist. Das Ansehen ist eine Empfehlung: Nichts wartet darauf.
preview-not-yet = Noch niemand hat gesagt, dass er sie angesehen hat.
preview-as-looked = Jemand hat sie so angesehen, wie sie jetzt ist.
preview-anew = Seit jemand sie angesehen hat, hat sich etwas geändert. Sehen Sie sie neu an.
preview-since-event = Was die Veranstaltung nennt, hat sich geändert.
preview-since-template = Die Vorlage oder ihre Version hat sich geändert.
preview-since-list = Die Liste der Personen hat sich geändert.
preview-by = Angesehen von
preview-at = Angesehen am
preview-version = { $template }, Version { $version }
preview-no-template = Die Veranstaltung hat noch keine Vorlage.
preview-nobody = Noch niemand steht auf der Liste.
preview-drawn = So werden sie aussehen
preview-show = Zeigen
preview-look = Sagen, dass Sie sie angesehen haben
preview-look-text = Es wird mit Ihrem Namen, der Version der Vorlage und der Liste von jetzt vermerkt. Ändert sich eines davon, sagt es dieser Schritt.
preview-looked = Ich habe sie angesehen

# Texte der Briefe
letter-texts = Texte der Briefe
letter-texts-lead = Was die Briefe der Veranstaltung sagen, wo es nicht der eingebaute Text ist: ein Text für alle anderen, und einer für jede Sprache, die Sie schreiben. Wer eine Sprache hat, bekommt den Text in ihr.
letter-texts-none = Es gibt keinen eigenen: Die Briefe sagen, was eingebaut ist, in sieben Sprachen.
letter-text-others = Alle anderen Sprachen
letter-text-language-hint = Eine andere Sprache ist ein anderer Text; die übrigen bleiben. Ein Text, der leer gespeichert wird, ist weg.
letter-text-whose-hint = Jemand mit Zertifikat: E-Mail oder Kennung. Leer: ein erfundener Name.
letter-text-look = Erst ansehen
letter-text-looked = So würde er gehen
letter-text-refused = Der Text wurde nicht gespeichert. Was daran falsch ist, steht unten.
letter-text-below = Unten steht der Text, wie er gehen würde. Gespeichert ist er noch nicht.
send-as-html = Als HTML

# Karten und Badges
template-for-card = Karte zum Teilen
template-for-badge = Badge
template-small = Karte zum Teilen und Badge
template-small-text = Die Karte steht neben dem Link, wenn jemand sein Zertifikat teilt. Beide sind Bilder und stehen nicht in dem, was unterschrieben ist: Eine andere Wahl zeigt sich auch bei Ausgestelltem, wenn es wieder geteilt oder heruntergeladen wird.
template-small-card = Karte zum Teilen
template-small-card-hint = Passt ein Name nicht darauf, zeigt die Karte das Zertifikat allein.
template-small-badge = Badge
template-small-badge-hint = Ein eigenes Bild der Veranstaltung geht vor.
template-small-usual-card = Wie das Programm sie zeichnet: das Zertifikat auf schlichtem Grund
template-small-usual-badge = Wie das Programm es zeichnet: Titel und Aussteller, in einer Farbe nach dem Titel
template-small-take = Diese nehmen
badge-by-template = Es wird nach der Vorlage { $name } gezeichnet.
badge-to-templates = Eine Vorlage dafür wählen
template-event-pictures-hidden = Die Vorlage hat dafür keinen Platz und druckt es nicht: { $pictures }. Es bleibt für die nächste Vorlage, die einen hat; im Gestalter lässt sich ein Platz auf die Seite setzen.
template-without-pictures = Diese Vorlage hat keinen Platz für das, was die Veranstaltung selbst hat: { $pictures }. Es würde nicht gedruckt und bleibt für die nächste Vorlage. Nehmen Sie eine andere Vorlage, setzen Sie im Gestalter einen Platz auf die Seite, oder fahren Sie ohne fort.
template-without = Ohne sie fortfahren
template-signature-n = Unterschrift { $number }, als Bild
template-off-signature-n = Unterschrift { $number } wegnehmen
template-copy = Von einer anderen Veranstaltung
template-copy-text = Eine Kopie wird die eigene Vorlage dieser Veranstaltung; die der anderen bleibt, wie sie ist. Logo und Unterschriften dieser Veranstaltung kommen mit.
template-copy-from = Vorlage von
template-copy-do = Kopieren und verwenden
