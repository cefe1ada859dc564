
# What is wrong, beside the field
form-look = Sehen Sie nach, was unten markiert ist.
form-under-way = Dieses Formular wurde schon gesendet und wird gerade bearbeitet. Sehen Sie gleich nach, was daraus geworden ist; zweimal geschieht es nicht.
forbidden = Ihre Rolle erlaubt das nicht. Wer diesen Dienst verwaltet, kann das ändern.
detail-wrong-password = Das ist nicht Ihr Passwort.
detail-weak-password = Wählen Sie ein anderes: 12 bis 200 Zeichen, und keines, das alle ausprobieren.
detail-not-the-same = Die beiden Passwörter sind nicht gleich.
detail-wrong-code = Dieser Code ist falsch oder schon benutzt. Warten Sie auf den nächsten.
detail-code-needed = Geben Sie einen Code Ihrer Authenticator-App ein oder einen Ersatzcode.
detail-bad-email = Das ist keine E-Mail-Adresse.
detail-email-taken = Jemand anderes hat ein Konto mit dieser E-Mail.
detail-bad-name = Ein Name hat 1 bis 200 Zeichen.
detail-no-role = Wählen Sie mindestens eine.
detail-bad-expiry = Ein Tag ab morgen, höchstens ein Jahr voraus.
detail-bad-scopes = Wählen Sie mindestens eines, und keines, das Sie selbst nicht haben.
detail-last-owner = Das ist die letzte Person mit der Rolle Verwaltung, die sich anmelden kann. Geben Sie zuerst jemand anderem diese Rolle.
detail-bad-link = Dieser Link ist nicht vollständig, schon benutzt oder zu alt. Kopieren Sie ihn ganz, oder bitten Sie um einen neuen.
detail-set-up-done = Für diesen Dienst gibt es schon jemanden mit der Rolle Verwaltung. Melden Sie sich an, oder bitten Sie um eine Einladung.
detail-too-many-attempts = Zu viele Versuche. Warten Sie eine Weile, und versuchen Sie es noch einmal.
detail-two-step-on = Ihr zweiter Schritt ist schon eingeschaltet.
detail-two-step-off = Es gibt keinen zweiten Schritt auszuschalten.
detail-no-such-participant = Niemand auf der Liste dieser Veranstaltung heißt so.
detail-changed-meanwhile = Jemand hat das inzwischen geändert. Öffnen Sie die Seite neu.
detail-already-done = Das wurde schon getan, und was es gezeigt hat, wird kein zweites Mal gezeigt. Tun Sie es noch einmal, wenn Sie es verloren haben.
detail-proof-needed = Geben Sie noch einmal Ihr Passwort ein, und einen Code, wenn Ihr zweiter Schritt eingeschaltet ist.
no-such-code = { $code } ist kein Kürzel einer Veranstaltung: die haben 1 bis 24 Buchstaben und Ziffern.

# Account
account = Konto
account-about = Sie
account-notices = Was man Ihnen sagt
account-run-notices = Schreiben Sie mir, wenn ein Lauf endet, den ich begonnen habe
account-run-notices-hint = An Ihre E-Mail-Adresse, wo Mail eingerichtet ist. Auch jede Veranstaltung kann darauf verzichten.
roles = Rollen
on = an
off = aus
never = nie
last-used = Zuletzt benutzt
print = Drucken
shown-kept = Ich habe es aufbewahrt
events-any = Alle Veranstaltungen
role-viewer = Ansicht
role-issuer = Ausstellung
role-revoker = Widerruf
role-key-officer = Schlüssel
role-owner = Verwaltung
role-viewer-may = sieht alles und ändert nichts
role-issuer-may = Listen, Zertifikate und E-Mail
role-revoker-may = widerruft und gibt zurück
role-key-officer-may = Signaturschlüssel und Veröffentlichung
role-owner-may = alles, auch wer sonst was darf
may-view = ansehen
may-import = Veranstaltungen und Personen ändern
may-generate = Zertifikate erstellen
may-send = E-Mail senden
may-revoke = widerrufen und freigeben
may-keys = Schlüssel und Veröffentlichung
may-settings = Team, Protokoll und Einstellungen
password-change = Passwort ändern
password-text = Überall sonst werden Sie abgemeldet, und Ihre API-Tokens enden. Auch Ihr Notfallblatt gilt dann nicht mehr: Drucken Sie ein neues.
password-now = Jetziges Passwort
password-new = Neues Passwort
password-repeat = Noch einmal das neue
password-hint = Mindestens 12 Zeichen.
password-again = Noch einmal Ihr Passwort
second-on =
    { $count ->
        [one] an, ein Ersatzcode übrig
       *[other] an, { $count } Ersatzcodes übrig
    }
second-off = aus
second-advice = Ihr Passwort allein öffnet dieses Konto. Schalten Sie den zweiten Schritt ein.
second-set = Zweiter Schritt
second-begin = Beginnen
second-text = Eine Authenticator-App auf Ihrem Telefon zeigt jede halbe Minute einen neuen Code; nach ihm wird nach dem Passwort gefragt.
second-scan = Scannen Sie das mit Ihrer Authenticator-App
second-scan-text = Es wird nur dieses eine Mal gezeigt. Nichts ändert sich, bis ein erster Code es bestätigt, innerhalb von 15 Minuten.
second-code-picture = QR-Code für eine Authenticator-App
second-type = Oder tippen Sie das dort ein
second-first = Die sechs Ziffern, die sie jetzt zeigt.
second-confirm = Einschalten
second-remove = Zweiten Schritt ausschalten
second-remove-text = Dann öffnet Ihr Passwort allein das Konto. Überall sonst werden Sie abgemeldet.
codes = Ersatzcodes
codes-text = Für den Tag, an dem Ihr Telefon weg ist: jeder gilt einmal, an Stelle eines Codes.
codes-once = Drucken Sie sie aus, oder schreiben Sie sie ab. Sie werden nur dieses eine Mal gezeigt.
codes-kept = Ich habe sie aufbewahrt
codes-new = Neue Ersatzcodes
codes-new-text = Die alten gelten dann nicht mehr.
sessions = Wo Sie angemeldet sind
session-browser = Browser
session-began = Angemeldet
session-own = diese hier
session-end = Beenden
session-unnamed = Unbekannt
tokens = API-Tokens
tokens-own = Ihre API-Tokens
tokens-text = Mit einem Token tut ein Programm, was Sie dürfen, oder weniger. Alle enden mit einem neuen Passwort.
tokens-none = Sie haben kein API-Token erstellt. Erstellen Sie eines für ein Programm, das in Ihrem Namen arbeiten soll.
tokens-all = API-Tokens von allen
tokens-none-all = Niemand hat ein API-Token erstellt.
token = Wofür
token-of = Wessen
token-scopes = Darf
token-expires = Endet
token-new = Neues API-Token
token-for = Wofür es ist
token-events-hint = Kreuzen Sie welche an, um es auf diese zu beschränken. Keine: wie Sie.
token-last-day = Letzter Tag
token-delete = Löschen
token-remove = Dieses Token löschen
token-remove-text = Das Programm, das es hat, kommt nicht mehr hinein. Das lässt sich nicht rückgängig machen: Ein neues Token hat ein anderes Geheimnis.
token-use = Ein Programm sendet es im Kopf Authorization: Bearer, und das Token.
token-once = Das Token. Es wird nur dieses eine Mal gezeigt.

# Team
team-lead = Wer mit diesem Dienst arbeitet, und was sie dürfen.
team-members = Mitglieder
team-events = Veranstaltungen
team-events-hint = Kreuzen Sie welche an, um jemanden auf diese zu beschränken. Keine: alle.
team-last = Letzte Anmeldung
team-since = Seit
team-active = kann sich anmelden
team-invited = eingeladen
team-disabled = ausgesperrt
team-invite = Jemanden einladen
team-invite-text = Sie bekommen einen Link zum Weitergeben; mit ihm wird das Passwort gewählt.
team-invite-mailed-text = Die Person bekommt eine E-Mail mit einem Link, um ihr Passwort zu wählen. Der Link wird auch Ihnen gezeigt, nur dieses eine Mal.
team-invite-language = Sprache der E-Mail
team-mailed = Der Link ging per E-Mail an { $email }. Falls er dort nicht ankommt, geben Sie den hier unten weiter: es ist derselbe.
team-mailed-unknown = Niemand weiß, ob die E-Mail an { $email } hinausging. Geben Sie den Link hier unten weiter: es ist derselbe.
team-not-mailed = Die E-Mail an { $email } ging nicht hinaus. Geben Sie den Link hier unten weiter.
team-link = Neuer Link für ein Passwort
team-link-text = Wer das Konto jetzt hat, wird abgemeldet, und dessen API-Tokens enden. Mit dem Link wird ein neues Passwort gesetzt; bis dahin gilt das alte.
team-link-mailed = Die Person ist eingeladen und hat noch kein Passwort: Der Link geht auch per E-Mail an { $email } und wird Ihnen gezeigt.
team-link-of = Link für { $name }
team-link-hand-on = Geben Sie ihn { $name } und niemandem sonst. Er gilt einmal, innerhalb von 72 Stunden.
team-link-once = Der Link. Er wird nur dieses eine Mal gezeigt.
team-disable = Aussperren
team-disable-hint = Sie werden abgemeldet und können sich nicht mehr anmelden; ihre API-Tokens enden.
team-second-off = Zweiten Schritt wegnehmen
team-second-off-text = Für jemanden, der Telefon und Ersatzcodes verloren hat: vergewissern Sie sich, dass es die Person ist. Sie wird überall abgemeldet.
team-remove = Aus dem Team entfernen
team-remove-text = Sitzungen und API-Tokens enden. Was getan wurde, bleibt im Protokoll.

# Webhooks
webhooks = Webhooks
hooks-lead = Andere Systeme erfahren sofort, was hier geschehen ist: Kennungen und Nummern, nie Namen oder Adressen.
hooks-none = Kein anderes System erfährt etwas. Fügen Sie eine Adresse hinzu, die hört, was hier geschieht.
hook-add = Adresse hinzufügen
hook-url = Adresse
hook-url-hint = Sie beginnt mit https:// und ist aus dem Internet erreichbar.
hook-for = Wofür sie ist
hook-events = Erfährt von
hook-about = Wovon
hook-certificate-issued = ausgestellten Zertifikaten
hook-certificate-superseded = ersetzten Zertifikaten
hook-certificate-revoked = widerrufenen Zertifikaten
hook-certificate-restored = zurückgenommenen Widerrufen
hook-run-finished = beendeten Aufträgen
hook-delivery-bounced = E-Mail, die zurückkam
hook-publication-late = einer verspäteten Veröffentlichung
hook-webhook-ping = einem Test
hook-secret = Geheimnis dieser Adresse
hook-secret-text = Das andere System prüft damit, dass eine Nachricht von hier ist. Was gesendet wird, beschreibt die Dokumentation der API.
hook-secret-once = Das Geheimnis. Es wird nur dieses eine Mal gezeigt.
hook-on-text = Sie erfährt, wonach sie gefragt hat.
hook-off-staff = angehalten
hook-off-gone = aus: sie hat geantwortet, dass es sie nicht mehr gibt
hook-off-only-fails = aus: seit Tagen schlägt alles fehl
hook-off-since = Aus seit
hook-ping = Test senden
hook-pause = Anhalten
hook-resume = Fortsetzen
hook-new-secret = Neues Geheimnis
hook-new-secret-text = Einen Tag lang werden Nachrichten auch mit dem alten unterschrieben.
hook-remove = Entfernen
hook-remove-text = Sie erfährt nichts mehr, und was auf sie wartet, wird nicht gesendet.
hook-deliveries = Nachrichten
hook-deliveries-none = An sie wurde noch nichts gesendet.
hook-answer = Antwort
hook-tries =
    { $count ->
        [0] noch nicht versucht
        [one] einmal versucht
       *[other] { $count } Mal versucht
    }
hook-again = Noch einmal senden
hook-is-waiting = Wartet
hook-is-delivered = Zugestellt
hook-is-failed = Fehlgeschlagen

# Who somebody is in the records
who-you = Sie
who-token = { $name }, mit einem API-Token
who-holder = der Inhaber des Zertifikats
who-operator = Betreiber { $name }
who-nobody = jemand ohne Anmeldung
who-system = der Dienst selbst

# Audit
audit-lead = Alles, was hier getan wurde, von wem, wann und warum. Nichts kann herausgenommen werden.
audit-who = Wer
audit-what = Was getan wurde
audit-about = Worüber
audit-about-hint = Eine Zertifikatsnummer, ein Kürzel oder eine Kennung.
audit-more = Mehr
audit-since = Von diesem Tag
audit-until = Bis zu diesem Tag
audit-number = Nr. { $n }
audit-none = So etwas wurde nicht getan. Fragen Sie im Filter nach weniger.
audit-check = Protokoll prüfen
audit-export = Export (JSON-Zeilen)
audit-chain = Kette der Einträge
audit-holds = Nichts wurde herausgenommen oder geändert: alle { $count } Einträge hängen zusammen.
audit-broken = Eintrag { $n } setzt den davor nicht fort. Etwas wurde geändert oder herausgenommen; vergleichen Sie mit einem Export.
audit-head = Hash des letzten Eintrags
audit-head-text = Schreiben Sie ihn hin und wieder anderswo auf: wer später das Ende des Protokolls abschneidet, kann ihn nicht wieder herstellen.

# Settings
settings-lead = Was sich hier ändern lässt, hat einen Knopf. Alles andere steht in der Datei testamur.toml oder in Optionen beim Start des Programms: Ändern Sie es dort, und starten Sie den Dienst neu.
settings-ready = Der Dienst arbeitet, wie er soll.
settings-not-ready = Mit dem Dienst stimmt etwas nicht.
settings-verifier = Adresse in QR-Codes
settings-organisation = Name und Domain stehen in jedem Zertifikat: issuer, domain und verifier in testamur.toml.
settings-zone-fixed = Auch die Zeitzone steht in testamur.toml: time_zone.
settings-language-fixed = Auch die Sprache steht in testamur.toml: language.
settings-service = Dienst
settings-service-text = Der Abschnitt [serve] von testamur.toml.
settings-address = Adresse dieses Dienstes
settings-address-here = { $address }, wo er lauscht
settings-address-text = Links in Mails beginnen mit der Adresse dieses Dienstes, und sie ist nicht bekannt: Nachrichten enthalten keinen Link.
settings-proxies = Proxys davor
settings-upload = Größte Datei
settings-time = Längste Anfrage
settings-seconds =
    { $count ->
        [one] eine Sekunde
       *[other] { $count } Sekunden
    }
settings-days =
    { $count ->
        [one] einen Tag
       *[other] { $count } Tage
    }
settings-rate = Öffentliche Anfragen je Sekunde, von einer Adresse
settings-alone = Zertifikate, die eine Person an einem Tag widerruft
settings-vc = VC-API des W3C
settings-mail-text = Der Abschnitt [mail] von testamur.toml. Das Passwort wird nirgends gezeigt.
settings-unsafe = nicht verschlüsselt, auf diesem Rechner selbst
settings-per-minute = Nachrichten je Minute
settings-per-domain = Nachrichten je Minute an eine Domain
settings-any = so viele wie gehen
settings-link-days = Links in Mails gelten
settings-site = Ordner, in den veröffentlicht wird
settings-no-site = keiner
settings-site-text = site im Abschnitt [serve], und status_days und undo_minutes von testamur.toml.
settings-docs = Dokumentation der API
settings-readyz = Bereitschaft
settings-metrics = Messwerte

# Approvals
approvals-lead = Viele Zertifikate an einem Tag zu widerrufen, zurückzugeben oder zu ersetzen, braucht zwei Personen.
approvals-none = Noch war nichts freizugeben. Was zwei Personen aus dem Team braucht, etwa viele auf einmal zu widerrufen, wartet hier.
approval-what = Worum gebeten wird
approval-count = Zertifikate
approval-gone = Ein Auftrag
approval-lead =
    { $count ->
        [one] Es geht um ein Zertifikat.
       *[other] Es geht um { $count } Zertifikate.
    }
approval-until = Zu entscheiden bis
approval-run = Auftrag öffnen
approval-approve = Freigeben
approval-reject = Ablehnen
approval-alone = Niemand sonst kann das freigeben. Sie können es, ab { $when }, noch einmal mit Ihrem Passwort.
approval-yours = Sie haben darum gebeten, also muss jemand anderes es freigeben. Sie können es zurücknehmen.
approval-concerned = Um welche es geht
approval-concerned-none = Von ihnen ist nichts mehr bekannt.
asked-by = Beantragt von
decide = Entscheiden
decided-by = Entschieden von
decided-at = Entschieden
decided-pending = Wartet
decided-approved = Freigegeben
decided-rejected = Abgelehnt
decided-expired = Zu spät

# Corrections
corrections-lead = Namen, von denen ihre Inhaber sagen, dass sie auf dem Zertifikat falsch sind.
corrections-none = Niemand hat um einen anderen Namen gebeten. Inhaber bitten auf ihren eigenen Seiten darum.
correction = Korrektur
correction-name = Name
correction-was = Name auf dem Zertifikat
correction-is = Gewünschter Name
correction-note = Was dazu gesagt wurde
correction-now = Das Zertifikat, wie es ist
correction-approve = Mit dem neuen Namen ausstellen
correction-approve-text = Unter derselben Nummer und mit demselben Tag. Wer das alte hat, sieht, dass es ersetzt wurde.
correction-alone = Sie haben darum selbst gebeten: einen Tag später dürfen Sie es freigeben, wenn es niemand sonst kann.
correction-reject = Den Namen lassen, wie er ist
correction-answer = Antwort
correction-answer-hint = Wer um die Korrektur gebeten hat, liest sie.

# Exceptions and exclusions
exceptions = Ausnahmen und Ausschlüsse
exceptions-lead = Wer trotz der Regel ein Zertifikat bekommt, und wer keines, was sie auch sagt.
exceptions-granted = Ausnahmen
exceptions-granted-text = Sie bekommen ein Zertifikat, obwohl die Regel nein sagt.
exceptions-none = Es gibt keine Ausnahmen. Machen Sie eine für jemanden, der trotz der Regel ein Zertifikat bekommt.
exceptions-upload = Liste aufnehmen
exceptions-file = Liste der Ausnahmen
exclusions-file = Liste der Ausschlüsse
exceptions-file-hint = CSV: in jeder Zeile eine E-Mail oder Kennung, und nach einem Komma der Grund. Ohne Kopfzeile.
exclusions-file-hint = CSV: in jeder Zeile eine E-Mail oder Kennung, und nach einem Komma eine Notiz, wenn Sie wollen. Ohne Kopfzeile.
exclusions = Ausschlüsse
exclusions-text = Sie bekommen keines, obwohl die Regel ja sagt. Ein Zertifikat, das sie haben, gilt weiter, bis es widerrufen wird.
exclusions-none = Niemand ist ausgeschlossen. Schließen Sie aus, wer kein Zertifikat bekommt, was die Regel auch sagt.
exception-who = Wer
exception-who-hint = Die E-Mail oder die Kennung von jemandem auf der Liste dieser Veranstaltung.
granted-by = Von
take-away = Wegnehmen
outcome = Was aus der Liste wurde
outcome-rows = Zeile für Zeile
outcome-empty = Es stand keine Zeile darin.
outcome-not = blieben, wie sie waren
outcome-exceptions = Ausnahmen gemacht
outcome-exclusions = ausgeschlossen
outcome-listed = jetzt ausgeschlossen
outcome-granted = jetzt eine Ausnahme
outcome-bad-format = nicht lesbar: eine E-Mail oder Kennung, und das Weitere nach einem Komma
outcome-no-such-person = niemand aus dieser Veranstaltung
outcome-ambiguous = mehrere Personen: nennen Sie eine mit der Kennung
outcome-already-listed = stand schon auf der Liste
outcome-excluded = ist ausgeschlossen
outcome-duplicate-row = steht weiter oben in der Liste

# Duplicates
duplicates = Mögliche Doppelte
duplicates-lead = Personen mit derselben E-Mail oder demselben Namen: vielleicht eine Person, zweimal eingetragen.
duplicates-none = Niemand in dieser Veranstaltung sieht aus wie jemand anderes.
duplicates-same-email =
    { $count ->
        [one] Eine mit dieser E-Mail
       *[other] { $count } mit derselben E-Mail
    }
duplicates-same-name =
    { $count ->
        [one] Eine mit diesem Namen
       *[other] { $count } mit demselben Namen
    }
duplicates-since = Auf der Liste seit
duplicates-further =
    { $count ->
        [one] Es gibt noch eine.
       *[other] Es gibt noch { $count }.
    }
duplicates-everywhere = In allen Veranstaltungen
duplicates-everywhere-text = E-Mails, die in verschiedenen Veranstaltungen für verschiedene Namen stehen. Oft eine Familie oder ein Büro; manchmal ein falsch geschriebener Name.
duplicates-none-everywhere = Jede E-Mail steht für einen Namen.
merge = Zu einer machen
merge-look = Vergleichen
merge-title = Sind das eine Person?
merge-text = Fortschritt, Ausnahme und Zertifikat gehen an die, die bleibt. Das lässt sich nicht rückgängig machen.
merge-keep = Wer bleibt

# Spot check
spot = Stichprobe
spot-lead = Einige Zertifikate werden zufällig gezogen, gezeichnet, gescannt und geprüft, wie ein Fremder es täte, und mit dem verglichen, was vorliegt.
spot-count = Wie viele
spot-count-hint = 1 bis 25.
spot-start = Prüfen
spot-text = Nichts ändert sich. Wenn es zu lange dauert, werden weniger geprüft.
spot-nothing = Es gibt kein gültiges Zertifikat zu prüfen.
spot-good =
    { $count ->
        [one] Eines wurde geprüft: es ist in Ordnung.
       *[other] { $count } wurden geprüft: alle sind in Ordnung.
    }
spot-bad =
    { $count ->
        [one] Mit einem stimmt etwas nicht.
       *[other] Mit { $count } stimmt etwas nicht.
    }
spot-checked = geprüft
spot-of = gültig
spot-well = In Ordnung
spot-wrong = Nicht in Ordnung

# Links to set a password with
setup = Erste Person mit allen Rechten
setup-lead = Sie darf alles und lädt alle anderen ein.
setup-token-hint = Was in dem Link, den der Dienst beim ersten Start ausgegeben hat, nach dem # steht.
set-password = Passwort setzen
set-password-lead = Mit dem Link, den Sie bekommen haben, wählen Sie Ihr Passwort.
set-password-token-hint = Was in Ihrem Link nach dem # steht.
set-password-done = Ihr Passwort ist gesetzt
set-password-done-text = Sie können sich jetzt anmelden.
set-password-second = Schalten Sie den zweiten Schritt ein, sobald Sie angemeldet sind: Ihr Name führt zu Ihrem Konto.
link-token = Code Ihres Links

# What was done
said-password-changed = Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet. Ihr Notfallblatt gilt nicht mehr: Drucken Sie ein neues.
said-second-removed = Der zweite Schritt ist aus.
said-session-ended = Die Sitzung ist beendet.
said-token-deleted = Das Token gilt nicht mehr.
said-team-removed = Die Person ist aus dem Team entfernt.
said-team-second-off = Der zweite Schritt ist aus. Sorgen Sie dafür, dass er wieder eingeschaltet wird.
said-hook-pinged = Ein Test ist unterwegs.
said-hook-removed = Die Adresse erfährt nichts mehr.
said-approved = Freigegeben. Es geht weiter.
said-rejected = Abgelehnt.
said-correction-made = Das Zertifikat nennt jetzt den neuen Namen.
said-exception-made = Die Ausnahme ist gemacht.
said-exclusion-made = Die Person ist ausgeschlossen.
said-taken-away = Weggenommen.
said-merged = Sie sind jetzt eine.

# Eine andere Adresse für Personen ohne Zugriff auf ihr Postfach
addresses = Anfragen nach einer anderen Adresse
addresses-lead = Personen, die auf ihr Postfach keinen Zugriff mehr haben, haben im Portal ein Zertifikat vorgelegt und eine neue Adresse angegeben.
addresses-none = Niemand wartet auf eine andere Adresse.
address-request = Anfrage
address-now = Adresse jetzt
address-new = Neue Adresse
address-told = Bisherige Adresse
address-told-yes = Sie erfährt es durch eine Nachricht.
address-told-no = Sie erfährt es nicht: Es gibt keine, sie war unzustellbar, oder es ist kein Mailversand eingerichtet.
address-asked = Bisherige Adresse über die Anfrage benachrichtigt
address-also = Auch geändert in
address-not-in = Die Adresse ist nicht in allen gewählten Veranstaltungen geändert. Ändern Sie sie dort auf der Karte der Person:
address-not-not-reached = sie kam nicht an die Reihe, weil das Programm angehalten wurde
address-not-changed-meanwhile = jemand hat der Person inzwischen eine andere Adresse gegeben
address-not-gone = die Person ist nicht mehr in dieser Veranstaltung
address-not-refused = dort hat jemand anderes diese Adresse
address-not-failed = sie konnte nicht geschrieben werden
address-others = Andere Adressen, um die gebeten wurde
address-which = Welche Adresse gehört der Person
address-elsewhere = Auch in diesen Veranstaltungen
address-elsewhere-hint = Wo die Person mit einer anderen Adresse steht. Was nicht angekreuzt ist, bleibt, wie es ist.
address-person = Karte der Person
address-shown = Das vorgelegte Zertifikat
address-approve = Die neue Adresse eintragen
address-approve-text = Die Datei wurde geprüft: Es ist dieses Zertifikat, und es gilt. Jeder, der die Datei hat, könnte sie vorlegen. Vergewissern Sie sich, etwa am Telefon, dass es die Person ist, bevor Sie zustimmen. Die bisherige Adresse hat von der Anfrage erfahren und erfährt von der Änderung; die neue bekommt einen Link zum Portal.
address-contested =
    { $count ->
        [one] Mit demselben Zertifikat wurde um eine weitere Adresse gebeten, während diese Anfrage offen war. Eine von beiden kommt nicht von der Person: sprechen Sie mit ihr, bevor Sie entscheiden, und nicht über das, was in der Anfrage steht.
       *[other] Mit demselben Zertifikat wurde { $count } Mal um eine andere Adresse gebeten, während diese Anfrage offen war. Nur eine kann von der Person kommen: sprechen Sie mit ihr, bevor Sie entscheiden, und nicht über das, was in der Anfrage steht.
    }
address-joined = Sie gilt als dieselbe Person in { $events }: was sie dort hat, geht mit der neuen Adresse mit.
address-reject = Die Adresse so lassen
address-answer-hint = Bleibt hier. Wer gefragt hat, erfährt es nicht.
said-address-changed = Die neue Adresse ist eingetragen und bekommt einen Link zum Portal.
needs-addresses =
    { $count ->
        [one] Anfrage nach einer anderen Adresse wartet
       *[other] Anfragen nach einer anderen Adresse warten
    }

# Badges
badge = Badge
badge-now = Das Badge
badge-drawn = Es wird aus dem Titel und dem Namen des Ausstellers gezeichnet.
badge-own = Es ist ein eigenes Bild der Veranstaltung.
badge-picture = Badge von { $title }
badge-change = Ein eigenes Bild
badge-text = Es steht auf öffentlichen Seiten und im Portal, und Zertifikate werden beim Herunterladen als Badge darin gespeichert. In den unterschriebenen Daten steht es nicht: Was ausgestellt ist, bleibt, wie es ist.
badge-file = Bild
badge-file-hint = PNG mit mindestens 200 Pixeln in jeder Richtung oder SVG ohne Texte; höchstens 1 MB. Am besten passt ein Quadrat.
badge-take = Dieses Bild nehmen
badge-remove = Wieder aus dem Titel zeichnen
badge-none = Wählen Sie zuerst ein Bild.
token-events-hint-codes = Kürzel mit Kommas dazwischen. Leer: wie Sie.
team-events-hint-codes = Kürzel mit Kommas dazwischen, um jemanden auf diese zu beschränken. Leer: alle.
team-link-mail = In einer eigenen E-Mail schreiben
team-link-body = Mit diesem Link wählen Sie Ihr Passwort. Er gilt einmal, innerhalb von 72 Stunden: { $link }
forbidden-may = Das dürfen Sie nicht: { $may }. Wer diesen Dienst verwaltet, kann das ändern.
who-operator-unknown = am Rechner des Dienstes selbst
detail-event-exists = Eine Veranstaltung mit diesem Kürzel gibt es schon. Wählen Sie ein anderes.
audit-kind-address = Andere Adressen
audit-kind-approval = Freigaben
audit-kind-backup = Sicherungen
audit-kind-certificate = Zertifikate
audit-kind-clock = Uhr
audit-kind-issuer = Aussteller
audit-kind-keys = Schlüssel gesperrt und entsperrt
audit-kind-person = Personen über mehrere Veranstaltungen
audit-kind-profile = Profile von Inhabern
audit-kind-retention = Was lange genug aufbewahrt war
audit-kind-root = Wurzelschlüssel
audit-kind-session = Sitzungen
audit-kind-store = Speicher
audit-kind-token = API-Token
audit-kind-upkeep = Betrieb
audit-kind-correction = Korrekturen
audit-kind-event = Veranstaltungen
audit-kind-exception = Ausnahmen
audit-kind-exclusion = Ausschlüsse
audit-kind-import = Listen
audit-kind-key = Schlüssel
audit-kind-mail = E-Mail
audit-kind-participant = Teilnehmende
audit-kind-portal = Portal
audit-kind-run = Aufträge
audit-kind-site = Veröffentlichung
audit-kind-staff = Team und Anmeldungen
audit-kind-template = Vorlagen
audit-kind-webhook = Webhooks
audit-of-cause = Ursache
audit-of-reason = Grund
audit-of-reason-text = Grund
audit-of-note = Notiz
audit-of-why = Warum
audit-of-numbers = Zertifikate
audit-of-certificate = Zertifikat
audit-of-certificates = Zertifikate
audit-of-number = Zertifikat
audit-of-version = Fassung
audit-of-digest = Fingerabdruck
audit-of-template = Vorlage
audit-of-templates = Vorlagen
audit-of-title = Titel
audit-of-description = Beschreibung
audit-of-criteria = Anforderungen
audit-of-achievement-type = Art der Leistung
audit-of-organiser = Veranstalter
audit-of-starts = Erster Tag
audit-of-ends = Letzter Tag
audit-of-expires-after = Gültig für
audit-of-time-zone = Zeitzone
audit-of-language = Sprache
audit-of-self-service = Auf Abruf
audit-of-public-pages = Öffentliche Seiten
audit-of-publish-results = Ergebnisse für alle
audit-of-signatories-changed = Unterzeichnende geändert
audit-of-state = Status
audit-of-kind = Art
audit-of-event = Veranstaltung
audit-of-run = Auftrag
audit-of-from = Von
audit-of-to = Nach
audit-of-at = Um
audit-of-by = Durch
audit-of-since = Seit
audit-of-roles = Rollen
audit-of-events = Veranstaltungen
audit-of-scopes = Rechte
audit-of-expires = Endet
audit-of-people = Personen
audit-of-records = Datensätze
audit-of-sessions = Termine
audit-of-activities = Aufgaben
audit-of-columns = Spalten
audit-of-count = Anzahl
audit-of-counts = Zahlen
audit-of-counters-total = insgesamt
audit-of-counters-done = erledigt
audit-of-counters-skipped = brauchten nichts
audit-of-counters-failed = gescheitert
audit-of-left-out-count = ausgelassen
audit-of-stopped-by = Angehalten von
audit-of-relay = Mailserver
audit-of-security = Verbindung
audit-of-topic = Worüber
audit-of-message = Nachricht
audit-of-allowed = Erlaubt
audit-of-before = Vorher
audit-of-after = Nachher
audit-of-over = Für wen
audit-of-total = insgesamt
audit-of-session = Sitzung
audit-of-step = Schritt
audit-of-next-update = Aktuell bis
audit-of-issued = Zertifikate
audit-of-bytes = Bytes
audit-of-lists = Statuslisten
audit-of-set = Widerrufen
audit-of-key = Schlüssel

# Wer das Passwort verloren hat
lost-title = Passwort verloren?
lost-mail = Per E-Mail
lost-mail-text = An die E-Mail-Adresse Ihres Kontos kommt ein Link, mit dem Sie ein neues Passwort wählen.
lost-mail-send = Link senden
lost-mail-sent = Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail mit einem Link unterwegs. Er gilt einmal, innerhalb einer Stunde.
lost-mail-waits = Die Schlüssel sind gesperrt, und E-Mails warten auf sie: Ein Link kann jetzt nicht gesendet werden.
lost-mail-none = Von hier gehen noch keine E-Mails ab; ein Link kann nicht gesendet werden.
lost-code = Mit Ihrem Notfallblatt
lost-code-text = Jeder Code des Blatts, das Sie beim Einrichten oder später unter Ihrem Namen gedruckt haben, setzt einmal ein neues Passwort.
lost-code-one = Ein Code des Notfallblatts
lost-code-hint = Etwa abcd-efgh-2345-6789. Er wird damit verbraucht.
lost-second = Auch den zweiten Schritt habe ich verloren: ausschalten
lost-second-hint = Richten Sie ihn wieder ein, sobald Sie angemeldet sind. Alle mit allen Rechten erfahren davon.
lost-code-used = { $count ->
    [0] Der Code ist verbraucht, und er war der letzte: drucken Sie unter Ihrem Namen ein neues Notfallblatt, sobald Sie angemeldet sind.
    [one] Der Code ist verbraucht; einer ist noch auf Ihrem Blatt.
   *[other] Der Code ist verbraucht; { $count } sind noch auf Ihrem Blatt.
}
lost-neither = Sie haben weder noch? Wer diesen Dienst verwaltet, kann auf der Seite „Team“ einen Link für Sie machen.
sheet = Notfallblatt
sheet-text = Für den Tag, an dem Ihr Passwort verloren ist: jeder Code setzt einmal ein neues, zusammen mit Ihrer E-Mail-Adresse; die Seite zum Anmelden führt dorthin. Wer einen Code hat und die Adresse kennt, kommt hinein: bewahren Sie das Blatt auf wie die Passphrase, aber anderswo.
sheet-left = { $count ->
    [0] Keines gedruckt
    [one] Noch ein Code
   *[other] Noch { $count } Codes
}
sheet-new = Neues Notfallblatt
sheet-new-text = Codes auf Papier, von denen jeder einmal ein neues Passwort setzt, sollten Sie Ihres verlieren. Die des vorigen Blatts gelten dann nicht mehr. Alle mit allen Rechten erfahren davon per E-Mail.
detail-bad-recovery = E-Mail oder Code stimmen nicht, oder der Code ist schon verbraucht.
