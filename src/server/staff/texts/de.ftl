# Frame
skip = Zum Inhalt
menu = Menü
trail = Wo Sie sind
logout = Abmelden
home = Start
nav-home = Start
nav-events = Veranstaltungen
nav-search = Suche
nav-certificates = Zertifikate
nav-deliveries = E-Mail
nav-runs = Aufträge
nav-corrections = Korrekturen
nav-templates = Vorlagen
nav-publishing = Schlüssel und Veröffentlichung
nav-team = Team
nav-audit = Protokoll
nav-settings = Einstellungen
optional = (optional)
more = Mehr
all = Alle
filter = Anzeigen
save = Speichern
change = Ändern
yes = Ja
no = Nein
state = Status
when = Wann
since = Seit
why = Warum
row = Zeile
name = Name
email = E-Mail
person = Person
people = Teilnehmende
event = Veranstaltung
certificate = Zertifikat
template = Vorlage
version = Fassung
versions = Fassungen
reason = Grund
cause = Ursache
issued = Ausgestellt
signed = Unterschrieben
valid-until = Gültig bis
key = Schlüssel
erased = gelöscht
approvals = Freigaben
csrf = Dieses Formular gehört zu einer früheren Sitzung. Öffnen Sie die Seite neu und senden Sie es von dort.
status-400 = Das ist nicht zu verstehen
status-403 = Das dürfen Sie nicht
status-404 = Hier ist nichts
status-409 = Etwas steht im Weg
status-412 = Jemand war schneller
status-413 = Das ist zu viel auf einmal
status-422 = So geht das nicht
status-429 = Zu viele Versuche
status-500 = Etwas ist kaputtgegangen
status-503 = Der Dienst ist beschäftigt

# Door
front-title = Was möchten Sie tun?
front-lead = Zertifikate dieses Ausstellers kann jede und jeder prüfen, ohne Konto.
front-verify = Ein Zertifikat prüfen
front-portal = Meine Zertifikate
front-issuer = Über den Aussteller und seine Schlüssel
front-staff = Für Mitarbeitende
login-title = Anmelden
login-email = E-Mail
login-password = Passwort
login-submit = Anmelden
login-lost = Passwort verloren?
login-kept = Ihre Sitzung war abgelaufen. Melden Sie sich an, dann kann Ihre Eingabe gesendet werden.
second-title = Zweiter Schritt
second-code = Code
second-hint = Sechs Ziffern Ihrer Authenticator-App oder einer Ihrer Ersatzcodes.
again-title = Sie sind wieder angemeldet
again-text = Ihre Eingabe von vorhin ist noch da. Dateien müssen neu ausgewählt werden.
again-to = Geht an
again-submit = Meine Eingabe senden

# Home
home-new = Noch gibt es keine Veranstaltung. Sie hat Teilnehmende, eine Regel, wer ein Zertifikat bekommt, und eine Vorlage.
home-attention = Braucht Aufmerksamkeit
home-nothing = Nichts wartet auf Sie.
needs-failed =
    { $count ->
        [one] Auftrag ist gescheitert, ganz oder zum Teil
       *[other] Aufträge sind gescheitert, ganz oder zum Teil
    }
needs-approvals =
    { $count ->
        [one] Freigabe wartet
       *[other] Freigaben warten
    }
needs-corrections =
    { $count ->
        [one] Korrektur wartet
       *[other] Korrekturen warten
    }
needs-bounced =
    { $count ->
        [one] Nachricht kam zurück oder scheiterte
       *[other] Nachrichten kamen zurück oder scheiterten
    }
needs-ambiguous =
    { $count ->
        [one] Nachricht, die vielleicht hinausging
       *[other] Nachrichten, die vielleicht hinausgingen
    }
needs-relay =
    { $count ->
        [one] Mailserver nicht benutzbar
       *[other] Mailserver nicht benutzbar
    }
needs-publication =
    { $count ->
        [one] Veröffentlichung ist fällig: Beim Prüfen erscheint bald eine Warnung, oder schon jetzt
       *[other] Veröffentlichungen sind fällig
    }
needs-first-publication =
    { $count ->
        [one] erste Veröffentlichung steht aus
       *[other] Veröffentlichungen stehen aus
    }
needs-own-domain = { $count ->
    [one] Domain, die sonst niemand erreicht: Links und QR-Codes der Zertifikate führen ins Leere
   *[other] Domains, die sonst niemand erreicht
}
needs-own-address = { $count ->
    [one] öffentliche Adresse, die sonst niemand erreicht: Links in Nachrichten führen ins Leere
   *[other] öffentliche Adressen, die sonst niemand erreicht
}
needs-safe-address = { $count ->
    [one] öffentliche Adresse ohne https: Browser halten dort niemanden angemeldet, und was gesendet wird, kann unterwegs gelesen werden
   *[other] öffentliche Adressen ohne https
}
needs-site-look = { $count ->
    [one] veröffentlichte Website, nach der an ihrer Adresse noch niemand gesehen hat
   *[other] veröffentlichte Websites, nach denen noch niemand gesehen hat
}
needs-site = { $count ->
    [one] veröffentlichte Website, die an ihrer Adresse nicht zu finden war: niemand kann Zertifikate prüfen
   *[other] veröffentlichte Websites, die nicht zu finden waren
}
home-figures = Zahlen
figure-issued =
    { $count ->
        [one] Zertifikat in den letzten 30 Tagen ausgestellt
       *[other] Zertifikate in den letzten 30 Tagen ausgestellt
    }
figure-sent =
    { $count ->
        [one] Nachricht in den letzten 30 Tagen gesendet
       *[other] Nachrichten in den letzten 30 Tagen gesendet
    }
figure-events =
    { $count ->
        [one] Veranstaltung läuft oder wird vorbereitet
       *[other] Veranstaltungen laufen oder werden vorbereitet
    }
plot-title = Die letzten 30 Tage
plot-issued = ausgestellt
plot-sent = gesendet
plot-table = Als Tabelle

# Events
event-new = Neue Veranstaltung
events-all = Alle Veranstaltungen
events-current = Aktuelle Veranstaltungen
events-archived = Archivierte Veranstaltungen
events-none-archived = Keine Veranstaltung ist archiviert.
mail-evidence-none = Noch ist nichts darüber bekannt.
events-none = Es gibt keine laufende Veranstaltung.
event-code = Kürzel
event-days = Tage
event-title = Titel
event-title-hint = So, wie er auf dem Zertifikat steht.
event-code-hint = 1 bis 24 Buchstaben und Ziffern, etwa WORKSHOP26. Steht in jeder Zertifikatsnummer und lässt sich später nicht ändern.
event-starts = Erster Tag
event-ends = Letzter Tag
event-organiser = Veranstalter
event-criteria = Was dafür zu tun war
event-criteria-hint = Wird mit jedem Zertifikat unterschrieben und beim Prüfen angezeigt.
event-description = Worum es ging
event-expires = Gültig für
event-expires-hint = Etwa 2y (Jahre), 18mo (Monate), 6w (Wochen) oder 90d (Tage). Leer: für immer.
event-zone = Zeitzone
event-zone-hint = Etwa Europe/Berlin. Leer: die der Organisation.
event-signatory = Unterzeichnet von (Person { $n })
event-signatory-title = Funktion von Person { $n }
event-self = Wer die Regel erfüllt, darf das Zertifikat selbst abrufen
event-public = Zertifikate haben öffentliche Seiten
event-public-hint = Sonst sind sie verborgen, bis ihre Inhaber sie zeigen.
event-results = Ergebnisse darf jede und jeder lesen
event-results-hint = Nur dann werden Punkte und Noten unterschrieben und gedruckt. Wer das Zertifikat hat, behält sie.
event-everybody = Alle auf der Liste bekommen ein Zertifikat
event-everybody-hint = Eine andere Regel können Sie später festlegen.
event-create = Veranstaltung anlegen
event-change = Veranstaltung ändern
event-change-text = Was ausgestellt ist, behält seinen Inhalt.
event-about = Über die Veranstaltung
event-further = Weiteres
event-badge = Badge-Bild
event-copy = Veranstaltung kopieren
event-copy-text = Alles außer den Teilnehmenden und den Tagen, als Entwurf.
event-archive = Archivieren
event-unarchive = Zurückholen
event-is-archived = Diese Veranstaltung ist archiviert: Sie nimmt keine Listen an und stellt nichts aus.
event-state-text = Zertifikate werden ausgestellt, wenn die Veranstaltung abgeschlossen ist.
event-state-draft = Entwurf
event-state-open = Läuft
event-state-completed = Abgeschlossen
event-state-archived = Archiviert
step-people = Teilnehmende
step-rule = Regel
step-template = Vorlage
step-preview = Vorschau
step-preview-not-yet = noch nicht angesehen
step-preview-looked = angesehen am { $day }
step-preview-anew = seither geändert: neu anzusehen
step-completed = Abschluss
step-generate = Zertifikate
step-send = Senden
step-publish = Veröffentlicht
step-there = erledigt
step-missing = noch zu wählen
step-nobody = noch niemand
step-completed-yes = abgeschlossen
step-completed-no = noch nicht vorbei
step-issued = ausgestellt
step-not-issued = noch keine
step-to-send =
    { $count ->
        [0] niemand wartet
        [one] 1 nicht gesendet
       *[other] { $count } nicht gesendet
    }
step-published = veröffentlicht
step-published-here = veröffentlicht, unter einer Domain, die sonst niemand erreicht
step-published-unseen = veröffentlicht; ob es an seiner Adresse steht, hat noch niemand nachgesehen
step-published-not-found = veröffentlicht, und an seiner Adresse nicht zu finden
step-not-published = noch nicht

# Import
imports = Importe
imports-none = Noch wurde keine Liste importiert. Wählen Sie eine unter Liste importieren.
import-title = Liste importieren
import-lead = Eine Tabelle, wie sie ist: Titelzeilen, weitere Spalten und mehrere Blätter stören nicht. Nichts wird übernommen, bevor Sie es bestätigen.
import-file = Tabelle
import-file-hint = XLSX oder CSV. Hierher ziehen oder auswählen.
import-look = Liste ansehen
import-no-file = Wählen Sie zuerst eine Datei.
import-too-large = Die Datei ist zu groß, um sie beim Ansehen zu behalten. Teilen Sie sie.
import-other = Andere Datei wählen
import-counts = Was daraus wurde
import-valid = Zeilen sind gut
import-warnings = mit Hinweis
import-rows-valid =
    { $count ->
        [one] Zeile ist gültig
       *[other] Zeilen sind gültig
    }
import-rows-warning =
    { $count ->
        [one] Zeile mit Hinweis
       *[other] Zeilen mit Hinweis
    }
import-rows-error =
    { $count ->
        [one] Zeile mit Fehler
       *[other] Zeilen mit Fehler
    }
import-rows-asked =
    { $count ->
        [one] Zeile mit Frage
       *[other] Zeilen mit Frage
    }
import-errors = ausgelassen
import-kept = bekannt und behalten
import-again-rows = noch einmal in der Liste
import-added = neue Personen
import-changed = geändert
import-unchanged = unverändert
import-questions =
    { $count ->
        [one] Zuerst ist eine Frage zu beantworten.
       *[other] Zuerst sind { $count } Fragen zu beantworten.
    }
import-rows = Um diese Zeilen geht es
import-shown = Was dort steht
import-answer = Ihre Antwort
import-answer-submit = Antworten
import-same = Wer dieselbe Person sein könnte: ausgelassen, bis Sie sagen, wer es ist
import-same-ask = Das weiß ich nicht: diese Zeilen auslassen
import-two-people = Es sind zwei Personen
import-same-person = Es ist eine Person
import-take = Übernehmen wie die anderen
import-leave-out = Auslassen: sie bekommen kein Zertifikat
import-same-address = Gleiche E-Mail, anderer Name
import-same-name = Gleicher Name, nichts unterscheidet sie
import-same-id = Gleiche Kennung, anderer Name und andere E-Mail
import-absent = Zeilen mit „abwesend“ oder „nicht bestanden“: ausgelassen, wenn Sie sie nicht übernehmen
import-ready = Liste übernehmen
import-left-out =
    { $count ->
        [one] Eine Zeile wird ausgelassen; der Bericht sagt warum, und sie kann berichtigt und einzeln importiert werden.
       *[other] { $count } Zeilen werden ausgelassen; der Bericht sagt warum, und sie können berichtigt und einzeln importiert werden.
    }
import-confirm =
    { $count ->
        [0] Übernehmen
        [one] Eine Person übernehmen
       *[other] { $count } Personen übernehmen
    }
import-columns = Spalten
import-header = Spalte
import-field = Feld
import-use = Wofür
import-map-column = Die Spalte
import-map-as = ist
import-map-submit = So lesen
import-hint-skip = Wenn die Spalte etwas anderes sagt: oben bei Spalten auswählen und sagen, dass sie ausgelassen ist.
import-notes = Was angenommen wurde
import-findings = Zeilen, die einen Blick brauchen
import-findings-more =
    { $count ->
        [one] Eine weitere steht in der Datei der Zeilen, die einen Blick brauchen.
       *[other] { $count } weitere stehen in der Datei der Zeilen, die einen Blick brauchen.
    }
import-rows-more =
    { $count ->
        [one] und eine weitere Zeile
       *[other] und { $count } weitere Zeilen
    }
import-for-example = Zum Beispiel: { $said }
import-reading = Datei anders lesen
import-sheet = Blatt
import-guessed = { $what } (wie erkannt)
import-guess = Wie erkannt
import-header-row = Zeile mit den Überschriften
import-encoding = Zeichensatz
import-encoding-hint = Etwa windows-1252. Leer: wie erkannt.
import-hidden = Ausgeblendete Zeilen, Spalten und Blätter
import-hidden-out = auslassen
import-hidden-in = übernehmen
import-keep = Bekanntes über Personen behalten
import-again = Neu lesen
import-reset = Alle Antworten vergessen
import-report = Bericht über diese Zeilen (CSV)
severity-warning = Hinweis
severity-question = Frage
severity-error = Ausgelassen
field-name = der Name
field-first-name = der Vorname
field-last-name = der Nachname
field-email = die E-Mail
field-external-id = Kennung in einem anderen System
field-language = Sprache
field-score = die Punktzahl
field-passed = bestanden oder nicht
field-role = die Rolle
field-middle-name = ein weiterer Vorname
field-second-last-name = ein zweiter Familienname
field-attendance = die Anwesenheit in Prozent
field-completion = wie viel abgeschlossen ist, in Prozent
field-points = die Punkte
field-checked-in = beim Einlass gesehen, ja oder nein
field-credits = Leistungspunkte
field-result = das Ergebnis
field-expires = der letzte Tag
field-term = das Semester
field-locale = die Sprache
field-session = war bei { $title }, ja oder nein
field-activity = hat { $title } erledigt
field-skip = ausgelassen
use-person = wer es ist
use-language = die Sprache
use-signed = unterschrieben
use-unconfirmed = ein Ergebnis, nicht öffentlich
use-printed = gedruckt
use-rule = für die Regel
use-kept = aufbewahrt
use-skipped = ausgelassen

# What is likely in a list, and how its rows add up
import-no-name = Es war keine Spalte zu finden, in der die Namen der Personen stehen. Sagen Sie, welche es ist, oder wählen Sie unten eine andere Zeile mit den Überschriften.
import-sum-rows =
    { $count ->
        [one] Eine Zeile
       *[other] { $count } Zeilen
    }
import-sum-people =
    { $count ->
        [one] eine Person
       *[other] { $count } Personen
    }
import-sum-again =
    { $count ->
        [one] eine Zeile über jemanden, dessen spätere Zeile zählt
       *[other] { $count } Zeilen über Personen, deren spätere Zeile zählt
    }
import-sum-asked =
    { $count ->
        [one] eine Zeile mit Frage
       *[other] { $count } Zeilen mit Frage
    }
import-sum-out =
    { $count ->
        [one] eine Zeile ausgelassen
       *[other] { $count } Zeilen ausgelassen
    }
import-offer-name-case = Namen in ungewöhnlicher Groß- und Kleinschreibung
import-offer-name-case-text = Sie werden gedruckt, wie sie da stehen, wenn Sie sie nicht anders schreiben lassen.
import-offer-likely-email = Adressen mit einem Versehen
import-offer-likely-email-text = Diese Personen würden ohne Adresse übernommen.
import-offer-row = Zeile { $line }: { $shown } → { $likely }
import-offer-which = Nur diese
import-offer-these = Angekreuzte so schreiben
import-offer-all =
    { $count ->
        [one] So schreiben
       *[other] Alle { $count } so schreiben
    }

# Participants
people-add = Jemanden hinzufügen
people-text = Name, E-Mail oder Kennung
people-decision = Bekommt ein Zertifikat?
people-missing = Was noch fehlt
people-report = Bericht (CSV)
people-none = Noch steht niemand auf der Liste. Importieren Sie eine Tabelle oder fügen Sie jemanden hinzu.
people-none-found = Niemand wurde gefunden. Fragen Sie im Filter nach weniger.
people-eligible = bekommen ein Zertifikat
people-not-eligible = erfüllen die Regel nicht
people-excluded = ausgeschlossen
people-exception = mit Ausnahme
people-issued = haben eines
people-no-email = haben keine E-Mail
people-total =
    { $count ->
        [one] Eine Person.
       *[other] { $count } Personen.
    }
people-total-more = Mehr als { $count } Personen.
people-progress-hint = Wie 95 oder 95 %.
people-bad-email = „{ $email }“ ist keine E-Mail-Adresse.
ground-rule-met = Ja, erfüllt die Regel
ground-manual = Ja, gewährt
ground-exception = Ja, mit Ausnahme
ground-excluded = Nein, ausgeschlossen
ground-not-met = Noch nicht
ground-no-rule = Es gibt keine Regel

# Rule
rule-none = Noch gibt es keine Regel: Niemand bekommt ein Zertifikat.
rule-change = Wer ein Zertifikat bekommt
rule-who = Wer
rule-everybody = Alle auf der Liste
rule-those = Wer diese Bedingungen erfüllt
rule-manual = Nur, wem wir es gewähren
rule-written = Wie unten ausgeschrieben
rule-mode = Nötig ist
rule-mode-all = alles davon
rule-mode-any = eines davon
rule-attendance = Anwesenheit von mindestens (Prozent)
rule-completion = Abgeschlossen mindestens (Prozent)
rule-score = Ergebnis von mindestens
rule-points = Punkte von mindestens
rule-attendance-hint = Was eine Spalte sagt, die als Anwesenheit gelesen wurde, sonst der Anteil der Termine.
rule-completion-hint = Was eine Spalte sagt, die als Abschluss gelesen wurde, sonst der Anteil der erledigten Aufgaben.
rule-score-hint = Was eine Spalte sagt, die als Punktzahl gelesen wurde.
rule-points-hint = Was eine Spalte sagt, die als Punkte gelesen wurde, sonst die Punkte der erledigten Aufgaben.
rule-nobody-attendance = Niemand hat eine Anwesenheit: Keine Spalte einer Liste wurde als Anwesenheit gelesen, und niemand wurde bei einem Termin eingetragen.
rule-nobody-completion = Niemand hat einen Abschluss: Keine Spalte einer Liste wurde als Abschluss gelesen, und es wurden keine Aufgaben eingetragen.
rule-nobody-score = Niemand hat eine Punktzahl: Keine Spalte einer Liste wurde als Punktzahl gelesen.
rule-nobody-points = Niemand hat Punkte: Keine Spalte einer Liste wurde als Punkte gelesen, und es wurden keine Aufgaben eingetragen.
rule-nobody-import = Liste importieren und sagen, welche Spalte es ist
rule-passed = Prüfung bestanden
rule-checked-in = Am Eingang erfasst
rule-role = Eine dieser Rollen
rule-role-hint = Mit Kommas getrennt, etwa speaker, chair.
rule-json = Die Regel, ausgeschrieben in JSON
rule-json-hint = Oder als Ausdruck, etwa attendance >= 80.0 && passed. JSON ist für verschachtelte Bedingungen und einzelne Termine, etwa {"{"}"all": [{"{"}"attendance": {"{"}"percent": 80{"}"}{"}"}, "passed"]{"}"}.
rule-more =
    { $count ->
        [one] und eine weitere
       *[other] und { $count } weitere
    }
rule-try = Nur sagen, was sie bewirken würde
rule-what-if = Was diese Regel bewirken würde
rule-before = bekommen jetzt eines
rule-after = bekämen eines
rule-gained = kämen hinzu
rule-lost = fielen weg
rule-no-json = Das ist kein JSON: Es bricht ab oder stimmt nicht in Zeile { $line }, bei Zeichen { $column }. Beispiele stehen in der Dokumentation der Regeln.
rule-no-number = { $field }: Das ist keine Zahl
rule-empty = Geben Sie mindestens eine Bedingung an oder wählen Sie eine andere Antwort.
rule-as-expression = Als Ausdruck ist das { $expression }
rule-tiers = Stufen des Zertifikats
tier-hint = Von der niedrigsten zur höchsten, jede mit eigenem Namen und eigener Bedingung; ohne Zeilen gibt es keine. Eine eigene Vorlage heißt so wie in der Liste der Vorlagen; ohne sie hat eine Stufe die der Veranstaltung. Eine Zeile, die Sie leeren, fällt weg.
tier-row = Stufe { $row }
tier-name = Name
tier-from = Ab
tier-template = Eigene Vorlage
tier-measure = Stufen richten sich nach
tier-by-attendance = Anwesenheit (Prozent)
tier-by-score = Ergebnis
tier-by-points = Punkten
tier-by-completion = Abschluss (Prozent)
tier-required = Wer unter der niedrigsten Stufe liegt, bekommt kein Zertifikat
tier-no-name = Eine Stufe braucht einen Namen.
tier-no-from = Eine Stufe braucht eine Zahl, ab der sie erreicht ist.

# Template of an event
template-none = Noch ist keine Vorlage gewählt.
template-chosen = Gewählt: { $name }
template-specimen = Muster von { $name }
template-try = Mit diesem Namen zeigen
template-try-name = Ein Name zum Ausprobieren
template-choose = Vorlage wählen
template-choose-text = Ein Logo oder Unterschriften, die Sie hier wählen, stehen nur auf den Zertifikaten dieser Veranstaltung. Wählen Sie eine andere Vorlage, gehen sie mit.
template-take = Diese Vorlage benutzen
template-words = Sprache der gedruckten Wörter
template-words-hint = „Hiermit wird bestätigt, dass“, „Ausgestellt“ und so weiter, und wie ein Datum geschrieben wird: bei den mitgelieferten Vorlagen. Ein hochgeladener Entwurf hat seine eigenen Wörter.
template-logo = Logo
template-logo-hint = PNG, JPEG oder SVG.
template-signature-1 = Erste Unterschrift, als Bild
template-signature-2 = Zweite Unterschrift, als Bild
template-built-in = Teil des Programms
template-own = Eigene
template-file = Datei der Vorlage
templates-lead = Wie Zertifikate aussehen.

# Generate
generate-lead = Zuerst sehen Sie, wer eines bekäme und warum, und wer nicht.
generate-over = Für wen
generate-look = Ansehen
generate-anyway = Obwohl die Veranstaltung nicht abgeschlossen ist
generate-unmarked = In diesen Terminen ist niemand eingetragen, und die Regel hängt von ihnen ab:
generate-approval = Das muss eine zweite Person freigeben.
generate-nobody = Niemand bekäme etwas.
generate-confirm = Bestätigen
generate-start =
    { $count ->
        [one] Ein Zertifikat ausstellen
       *[other] { $count } Zertifikate ausstellen
    }
generate-take =
    { $count ->
        [one] Ein Zertifikat widerrufen
       *[other] { $count } Zertifikate widerrufen
    }
generate-names = Die ersten sind: { $names }
generate-first = Wer, die ersten { $shown } von { $total }
generate-effect = Was geschieht
generate-others = Die Liste hat sich geändert: Es sind gleich viele, aber andere darunter. Sehen Sie noch einmal hin.
generate-changed = Die Liste hat sich geändert: { $expected } wurden gezeigt, jetzt sind es { $now }. Sehen Sie noch einmal hin.
over-those-without = Alle, die die Regel erfüllen und keines haben
over-failed = Alle, bei denen es gescheitert war
over-exceptions-only = Nur, wer eine Ausnahme hat
over-already-issued = Alle ausgestellten neu ausstellen
over-not-passing = Widerrufen, wo die Regel nicht mehr erfüllt ist
over-template-older = Neu ausstellen, was jetzt eine andere Vorlage hat
over-newer-version = Alle, die eine neuere Version haben als die gesendete
effect-gets = neu
effect-replaced = neue Fassung
effect-new-versions = wieder ausgestellt
effect-loses = widerrufen
effect-regains = Widerruf zurückgenommen
effect-sends = werden angeschrieben
effect-keeps = unverändert
effect-nothing = keines

# Runs
runs-none = Hier ist kein Auftrag. Sie beginnen auf der Seite einer Veranstaltung und unter Veröffentlichen.
run-kind = Was
run-done = erledigt
run-skipped = brauchten nichts
run-failed = gescheitert
run-total = insgesamt
run-left =
    { $count ->
        [one] noch etwa eine Sekunde
       *[other] noch etwa { $count } Sekunden
    }
run-by = Von
run-created = Begonnen
run-finished = Beendet
run-stopped = Angehalten
run-waits = Wartet
run-left-out =
    { $count ->
        [one] ein Widerruf, der noch rückgängig gemacht werden kann, ist nicht dabei
       *[other] { $count } Widerrufe, die noch rückgängig gemacht werden können, sind nicht dabei
    }
run-cancel = Anhalten
run-retry = Gescheitertes wiederholen
run-failures = Was gescheitert ist
run-failures-more = Weitere von { $count }, die gescheitert sind
run-no-failures = Nichts ist gescheitert.
run-nothing-begun = Es wurde nichts begonnen.
run-unrepeated = Gescheitert, nicht wiederholt
run-preparing = Wird vorbereitet
run-awaiting-approval = Wartet auf Freigabe
run-queued = Wartet
run-processing = Läuft
run-completed = Fertig
run-completed-with-failures = Fertig, mit Fehlern
run-cancelled = Angehalten
kind-generate = Zertifikate ausstellen
kind-regenerate = Zertifikate neu ausstellen
kind-revoke = Widerrufen
kind-restore = Widerrufe zurücknehmen
kind-publish = Veröffentlichen
kind-send = E-Mails senden

# Certificates
certificates-text = Nummer, Name oder E-Mail
certificates-run = Aus dem Auftrag
certificates-since = Ausgestellt seit
certificates-until = Ausgestellt vor
certificates-none = Kein Zertifikat wurde gefunden. Fragen Sie im Filter nach weniger, oder erstellen Sie Zertifikate auf der Seite einer Veranstaltung.
certificates-zip = Alle als PDF (ZIP)
certificates-csv = Liste (CSV)
certificate-picture = Zertifikat von { $name }
certificate-fixed = Hier lässt sich nichts ändern.
file-json = Nachweis (JSON)
file-badge = Badge
granted-why = Gewährt, weil
waits-until = Rücknahme möglich bis
restore = Widerruf zurücknehmen
revoke = Widerrufen
revoke-title = Dieses Zertifikat widerrufen
revoke-text = Beim Prüfen ist zu sehen, dass und seit wann es widerrufen ist. Eine Weile lässt sich das zurücknehmen, bis es veröffentlicht ist.
revoke-public = Was die Öffentlichkeit liest
revoke-public-hint = Keine Namen: Alle können es lesen.
revoke-now = Nicht warten
revoke-now-hint = Es steht in der nächsten Veröffentlichung und ist dann nicht mehr zurückzunehmen.
reissue = Neu ausstellen
reissue-text = Die nächste Fassung unter derselben Nummer, mit den heutigen Daten und der heutigen Vorlage. Die widerrufene bleibt widerrufen.
send-one = Per E-Mail senden
standing-active = Gültig
standing-expired = Abgelaufen
standing-revocation-waits = Widerrufen, rücknehmbar
standing-revoked = Widerrufen
standing-superseded = Ersetzt
cause-issued-in-error = Irrtümlich ausgestellt
cause-eligibility-lost = Regel nicht mehr erfüllt
cause-on-request = Auf Wunsch der Person
cause-fraud = Betrug
cause-other = Etwas anderes

# Mail
deliveries-none = Keine Nachricht wurde gefunden. Fragen Sie im Filter nach weniger, oder versenden Sie Zertifikate auf der Seite einer Veranstaltung.
deliveries-none-one = Dazu wurde nichts gesendet.
mail-off = E-Mail ist nicht eingerichtet: Den Mailserver wählt jemand mit allen Rechten unter Einstellungen, oder der Abschnitt [mail] in testamur.toml nennt ihn.
mail-trouble = Der Mailserver ist nicht benutzbar. Was fällig ist, wartet.
mail-message = Nachricht
mail-due = Nächster Versuch
mail-attempts = Versuche
mail-evidence = Was geschah und woher man es weiß
mail-resend = Erneut senden
mail-right-address = Die richtige Adresse, falls sie falsch war
mail-right-hint = Die Person bekommt sie, bevor etwas gesendet wird.
mail-from = Von
mail-to = An
mail-reply = Antworten an
mail-subject = Betreff
mail-text = Text
mail-attached = PDF angehängt
mail-queued = Wartet
mail-sending = Wird übergeben
mail-sent = Gesendet
mail-deferred = Aufgeschoben
mail-delivered = Zugestellt
mail-bounced = Zurückgekommen
mail-ambiguous = Ungewiss
mail-failed = Gescheitert
mail-opened = Vielleicht geöffnet
mail-downloaded = Heruntergeladen
send-lead =
    { $count ->
        [0] Niemand wartet auf eine Nachricht: Alle mit Zertifikat und Adresse haben ihre.
        [one] Eine Person hat ein Zertifikat und noch keine Nachricht.
       *[other] { $count } Personen haben ein Zertifikat und noch keine Nachricht.
    }
send-preview = Die Nachricht, wie die erste Person sie bekommt
send-test = Probe an mich
send-start =
    { $count ->
        [one] Eine Nachricht senden
       *[other] { $count } Nachrichten senden
    }
send-over = An wen
send-who =
    { $count ->
        [one] { $what }: { $names }
       *[other] { $what }: { $count }, darunter { $names }
    }
send-those-without = Alle, die noch nichts bekamen
send-failed = Alle, deren letzte Nachricht zurückkam oder scheiterte
send-day = Nicht vor diesem Tag
send-day-hint = Leer: jetzt.
send-bad-day = Der Tag wird so geschrieben: 2026-12-31.
send-settings = Was die Nachricht sagt und wann sie gesendet wird
send-settings-refused = Die Einstellungen sind nicht gespeichert. Was nicht stimmt, steht weiter unten neben dem Feld.
send-preview-certificate = Das Zertifikat dazu, als Muster
send-when = Wann gesendet wird
send-by-hand = Wenn jemand es hier startet
send-with-issuing = Mit jedem ausgestellten Zertifikat
send-attach = PDF anhängen

# Publishing
publishing-lead = Was zum Prüfen nötig ist: die Schlüssel des Ausstellers und was widerrufen ist.
published = Veröffentlicht
published-never = Noch wurde nichts veröffentlicht. Solange kann niemand ein Zertifikat prüfen.
published-good = Aktuell bis
published-waiting = Widerrufe, die noch warten
published-stale = Sie ist zu alt: Beim Prüfen steht dabei, dass neuere Widerrufe nicht bekannt sind.
site-found-title = An ihrer Adresse
site-trust = Was beim Prüfen gelesen wird
site-look = Jetzt nachsehen
site-not-looked = Noch hat niemand nachgesehen, oder nicht seit der letzten Veröffentlichung. Bis dahin ist nicht bekannt, ob andere Zertifikate prüfen können.
site-here-only = Diese Domain kennt nur dieser Rechner oder dieses Netz: Links und QR-Codes der Zertifikate führen sonst niemanden irgendwohin. Die Domain eines Ausstellers ändert sich nicht; um für andere auszustellen, richten Sie in einem leeren Ordner neu ein, mit einer Domain, die Ihnen gehört.
site-found-served = Die neueste Veröffentlichung war da ({ $at }).
site-found-older = Eine ältere Veröffentlichung war da ({ $at }): Kopieren Sie den Ordner der Website erneut auf den Webserver.
site-found-not-ours = Da war etwas anderes ({ $at }): Der Webserver an dieser Adresse zeigt nicht die Website dieses Ausstellers.
site-found-missing = Es war nicht da ({ $at }): Der Webserver antwortete { $status }. Kopieren Sie den Ordner der Website dorthin, oder lassen Sie die Domain auf diesen Dienst zeigen.
site-found-redirect = Es war nicht da ({ $at }): Der Webserver antwortet mit einer Umleitung ({ $status }) auf { $to }. Beim Prüfen wird keiner gefolgt: Lassen Sie ihn den Ordner der Website genau an dieser Adresse zeigen.
site-found-elsewhere = eine andere Adresse
site-found-not-public = Die Domain führte zu keiner Adresse des öffentlichen Internets ({ $at }): Andere erreichen sie nicht.
site-found-no-name = Kein Nameserver kannte die Domain ({ $at }). Lassen Sie sie auf den Webserver mit der Website zeigen.
site-found-no-answer = Dort antwortete niemand ({ $at }). Starten Sie den Webserver mit der Website, und öffnen Sie ihm Port 443.
site-found-unsafe = Das https-Zertifikat des Webservers war nicht gültig ({ $at }). Erneuern Sie es.
publish-now = Jetzt veröffentlichen
publish-at-once = Mit den wartenden veröffentlichen
publish-at-once-lead =
    { $count ->
        [one] Ein Widerruf kann noch rückgängig gemacht werden.
       *[other] { $count } Widerrufe können noch rückgängig gemacht werden.
    }
publish-at-once-text = Ist es veröffentlicht, lässt es sich nicht mehr rückgängig machen: Wer ein Zertifikat prüft, erfährt davon, und wer seines verliert, braucht ein neues. Ohne das lässt eine Veröffentlichung aus, was noch wartet.
publish-at-once-do =
    { $count ->
        [one] Jetzt mit diesem veröffentlichen
       *[other] Jetzt mit diesen { $count } veröffentlichen
    }
publish-none-wait = Kein Widerruf wartet: „Jetzt veröffentlichen“ enthält alle, die es gibt.
verifier-file = Prüfseite als eine Datei, zum Weitergeben
keys = Signierschlüssel
keys-text = Vergleichen Sie den Fingerabdruck der Wurzel mit Ihrem Ausdruck.
key-root = Fingerabdruck der Wurzel
key-fingerprint = Fingerabdruck
key-active = Aktiv
key-retired = Abgelöst
key-compromised = Gestohlen
key-rotate = Aktiven Schlüssel ersetzen
key-rotate-text = Ab jetzt unterschreibt ein neuer Schlüssel. Was der alte unterschrieben hat, bleibt gültig. Danach veröffentlichen.
key-stolen = Als gestohlen melden
key-stolen-since = Der früheste Tag, an dem er in fremden Händen gewesen sein kann
key-stolen-again = Zur Bestätigung { $id } eingeben
key-stolen-text = Nur Zertifikate, die dieser Dienst kennt, bleiben gültig. Das ist nicht rückgängig zu machen. Danach veröffentlichen.
key-not-confirmed = Der Name des Schlüssels stimmt nicht mit der Eingabe überein.

# Search
search-what = Suchen
search-hint = Eine Nummer, ein Name, eine E-Mail, eine Kennung oder der Inhalt eines QR-Codes.
search-more = Es ist mehr zu finden, als hier gezeigt wird. Geben Sie mehr von dem ein, was Sie suchen.
search-nothing = Nichts wurde gefunden. Versuchen Sie es mit einem Teil des Namens oder der Adresse, einer Nummer, einer Kennung oder dem Text eines QR-Codes.

# What was done
said-event-made = Die Veranstaltung ist angelegt.
said-saved = Gespeichert.
said-previewed = Es ist vermerkt, dass Sie die Vorschau angesehen haben.
said-imported = Die Liste ist übernommen.
said-file-gone = Die Datei wurde nicht so lange aufbewahrt. Wählen Sie sie erneut.
said-run-started = Begonnen.
said-run-cancelled = Wird angehalten.
said-publishing = Wird veröffentlicht.
said-revoked = Widerrufen.
said-restored = Der Widerruf ist zurückgenommen.
said-reissued = Neu ausgestellt.
said-sending = Unterwegs.
said-test-sent = Die Probe ist an Sie unterwegs.
said-key-rotated = Jetzt unterschreibt ein neuer Schlüssel. Veröffentlichen Sie, damit seine Zertifikate geprüft werden können.
said-key-stolen = Der Schlüssel ist als gestohlen gemeldet. Veröffentlichen Sie jetzt.
said-site-looked = Nachgesehen.

# A person's card
person-standing = Wie es steht
person-tier = Stufe
person-none = In dieser Veranstaltung haben sie kein Zertifikat.
person-open = Zertifikat öffnen
person-grants = Ausnahme oder Ausschluss
person-others = In anderen Veranstaltungen
person-no-others = Aus anderen Veranstaltungen ist nichts bekannt.
person-change = Angaben ändern
person-change-text = Ein ausgestelltes Zertifikat behält seinen Inhalt; stellen Sie es danach neu aus, wenn es sich ändern soll.
issue-now = Jetzt ausstellen
issue-now-why = Warum, unabhängig von der Regel
issue-now-hint = Wird beim Zertifikat aufbewahrt und nie öffentlich gezeigt.
retake = Zweites Zertifikat ausstellen
retake-title = Ein zweites Zertifikat, nach einer Wiederholung
retake-text = Für alle, die es bei einem weiteren Versuch besser gemacht haben: Tragen Sie zuerst das neue Ergebnis ein. Es bekommt eine eigene Nummer; das erste bleibt gültig, bis es widerrufen wird. Niemand bekommt eines, das dasselbe sagen würde.
retake-none = Es gäbe kein zweites Zertifikat: { $why }.
person-two-people-hint = Wenn es eine Person mit zwei Einträgen ist, speichern Sie hier nichts, und führen Sie die beiden unten zusammen.
person-same-address = Jemand anderes in dieser Veranstaltung hat diese Adresse. Wenn es zwei Personen sind, die sie teilen, sagen Sie das unten.
person-same-name = Jemand anderes in dieser Veranstaltung heißt so, und nichts unterscheidet die beiden. Wenn es zwei Personen sind, sagen Sie das unten, oder geben Sie eine Adresse oder Kennung an.
exception-add = Ausnahme machen
exception-remove = Ausnahme aufheben
exclusion-add = Ausschließen
exclusion-remove = Ausschluss aufheben
exclusion-why = Warum ausgeschlossen
exclusion-note = Mehr dazu
excluded-conduct = Verhalten
excluded-did-not-complete = Nicht abgeschlossen
excluded-requested = Auf eigenen Wunsch
excluded-data-error = Datensatz ist falsch
measure-attendance = Anwesenheit in Prozent
measure-completion = Abgeschlossen in Prozent
measure-score = Ergebnis
measure-points = Punkte
measure-passed = Bestanden
measure-checked-in = Am Eingang erfasst
erase = Diese Person löschen
erase-text = Alles über sie wird gelöscht; Nummer und Status eines Zertifikats bleiben. Das ist nicht rückgängig zu machen.
erase-again = Zur Bestätigung den Namen eingeben
erase-hint = So, wie er oben auf dieser Seite steht.
erase-not-confirmed = Der Name stimmt nicht mit der Eingabe überein; nichts wurde gelöscht.
said-issued-now = Ausgestellt.
said-erased = Gelöscht.

# The first page of all
begin-title = Ihre Organisation einrichten
begin-lead = Einmal, vor dem ersten Zertifikat. Alles außer Name und Domain lässt sich später ändern.
begin-needed = Was gebraucht wird
begin-bad-link = Das ist nicht der ausgegebene Link
begin-bad-link-text = Kopieren Sie den ganzen Link, den das Programm beim Start ausgegeben hat.
begin-organisation = Organisation
begin-issuer = Name
begin-issuer-hint = So, wie er gedruckt und unterschrieben wird.
begin-domain = Domain
begin-domain-hint = Etwa certs.example.org: Sie steht in jedem Zertifikat und lässt sich später nicht ändern. Dort steht, was zum Prüfen nötig ist. Zum Ausprobieren: localhost.
begin-here-only = { $domain } kennt nur dieser Rechner oder dieses Netz: Die Links und QR-Codes der Zertifikate führen sonst niemanden irgendwohin. Zum Ausprobieren genügt das. Die Domain steht in jedem Zertifikat und ändert sich nicht: Um für andere auszustellen, richten Sie in einem leeren Ordner neu ein, mit einer Domain, die Ihnen gehört.
begin-zone = Zeitzone
house-language = Sprache der Organisation
house-language-hint = In ihr ist die veröffentlichte Startseite, und Seiten und Briefe für alle, die keine Sprache nennen.
begin-owner = Sie, mit allen Rechten
begin-password = Ihr Passwort
begin-password-hint = Mindestens 12 Zeichen.
begin-password-again = Ihr Passwort noch einmal
begin-password-differ = Das ist nicht dasselbe Passwort.
begin-keys = Schlüssel
begin-passphrase = Passphrase der Schlüssel
begin-passphrase-hint = Vier zufällige Wörter sind gut. Wer den Dienst startet, braucht sie; niemand kann sie wiederherstellen.
begin-again = Noch einmal dieselbe
begin-differ = Die beiden Passphrasen sind nicht gleich.
begin-mail = E-Mail, falls Zertifikate gesendet werden sollen
begin-relay = Mailserver
begin-relay-hint = Etwa smtp.example.org. Leer: Nichts wird gesendet.
begin-from-hint = Etwa Beispiel-Akademie <zertifikate@example.org>.
begin-port = Port
begin-bad-port = Ein Port ist eine Zahl bis 65535.
begin-security = Verbindung
begin-relay-starttls = STARTTLS (üblich, Port 587)
begin-relay-tls = TLS (Port 465)
begin-relay-none = Keine, nur auf diesem Rechner selbst
begin-relay-user = Benutzer beim Mailserver
begin-relay-password = Passwort dort
begin-submit = Einrichten
begin-done = Eingerichtet
begin-sheet = Ausdrucken und aufbewahren
begin-sheet-text = Der Fingerabdruck unten zeigt, dass Ihre Schlüssel Ihre sind. Drucken Sie ihn aus und veröffentlichen Sie ihn, wo niemand sonst ihn ändern kann, etwa auf Ihrer Website.
begin-identity = Identität
begin-keep = Getrennt voneinander aufbewahren
begin-keep-keys = Eine Kopie des Ordners mit den Schlüsseln: { $folder }
begin-keep-passphrase = Die Passphrase
begin-keep-codes = Das Notfallblatt mit seinen Codes für ein verlorenes Passwort
begin-codes-later = Das Notfallblatt: Seine Codes für ein verlorenes Passwort drucken Sie nach dem Anmelden unter Ihrem Namen
begin-keep-unlock = Fehlen die Schlüssel oder die Passphrase, lässt sich nie wieder etwas unterschreiben.
begin-begun = Alles ist eingerichtet, dieser Link legt nichts mehr an. Nach dem Anmelden finden Sie dieses Blatt und die Anleitung zu den Schlüsseln unter „Schlüssel und Veröffentlichung“. Codes für ein verlorenes Passwort werden nicht noch einmal gezeigt: Neue drucken Sie unter Ihrem Namen.
begin-on = Anmelden

# Rows that are asked about
import-row = Zeile { $line }: { $shown }
import-row-out = Auslassen
import-row-as = Eine Person namens { $name }
import-row-more =
    { $count ->
        [one] Nach einer weiteren solchen Zeile wird danach gefragt.
       *[other] Nach { $count } weiteren solchen Zeilen wird danach gefragt.
    }

# The first people of a list
import-first = Die ersten Personen, wie sie gedruckt würden

# Sessions and activities
course = Termine und Aufgaben
course-lead = Was es zu besuchen und zu tun gibt: Regeln zählen es, und Listen füllen es über die Titel.
course-change = Was es gibt
course-sessions = Termine
course-hint = Eine Zeile, deren Titel geleert wird, fällt weg: Was dazu eingetragen ist, bleibt, zählt aber nicht mehr. Ohne Kürzel wird eines gemacht; es bleibt, denn Anwesenheit und Punkte werden darunter geführt.
course-activities = Aufgaben
course-title = Titel
course-code = Kürzel
course-points = Punkte
course-required = Pflicht
course-row-session = Termin { $row }
course-row-activity = Aufgabe { $row }
course-more = Mehrere auf einmal
course-sessions-more-hint = Je Zeile einer, etwa Tag 1, oder mit Kürzel als tag1 | Tag 1. Sie kommen zu den Zeilen darüber; ein Stern nach einem Strich heißt Pflicht.
course-activities-more-hint = Je Zeile eine, etwa Quiz, oder mit Kürzel und Punkten als quiz | Quiz | 10. Sie kommen zu den Zeilen darüber; ein Stern nach einem Strich heißt Pflicht.
course-sessions-none = Es gibt keine Termine.
course-activities-none = Es gibt keine Aufgaben.
course-no-title = Der Titel fehlt.
course-twice = Dieses Kürzel hat eine andere Zeile.
course-line-twice = Das Kürzel { $code } gibt es schon.
course-bad-points = Punkte sind eine Zahl wie 10 oder 2,5.
course-away = Inzwischen hat jemand anderes diese entfernt. Sie stehen nicht mehr im Formular; tragen Sie sie neu ein, wenn sie bleiben sollen:
course-bad-line = Diese Zeile ist nicht zu lesen: { $line }
attendance = Anwesenheit
attendance-text = Adressen, Kennungen oder Namen, je Zeile oder mit Kommas, wie sie notiert wurden.
attendance-session = Termin
attendance-present = Wer da war
attendance-hint = Berichte sagen, dass es von Hand eingetragen wurde.
attendance-absent = Wer nicht
attendance-save = Eintragen
attendance-unknown = Nicht auf der Liste: { $names }. Alle anderen sind eingetragen.
said-marked = Eingetragen.

# What messages are about
topic-run-ended = Ein Auftrag ist zu Ende
topic-revoked = Widerrufen
topic-restored = Wieder gültig
topic-replaced = Neue Fassung
topic-expires = Läuft bald ab
topic-correction-made = Korrektur ausgeführt
topic-correction-declined = Korrektur abgelehnt
topic-address-asked = Andere Adresse erbeten
topic-address-changed = Adresse geändert

# Sprachen von Personen und Vorlagen
language-ar = Arabisch
language-am = Amharisch
language-bg = Bulgarisch
language-bn = Bengalisch
language-ca = Katalanisch
language-cs = Tschechisch
language-da = Dänisch
language-de = Deutsch
language-el = Griechisch
language-en = Englisch
language-es = Spanisch
language-et = Estnisch
language-fa = Persisch
language-fi = Finnisch
language-fr = Französisch
language-ga = Irisch
language-gu = Gujarati
language-he = Hebräisch
language-hi = Hindi
language-hr = Kroatisch
language-hu = Ungarisch
language-id = Indonesisch
language-is = Isländisch
language-it = Italienisch
language-ja = Japanisch
language-ka = Georgisch
language-km = Khmer
language-kn = Kannada
language-ko = Koreanisch
language-lt = Litauisch
language-lv = Lettisch
language-ml = Malayalam
language-mr = Marathi
language-ms = Malaiisch
language-my = Birmanisch
language-nb = Norwegisch
language-nl = Niederländisch
language-pa = Punjabi
language-pl = Polnisch
language-pt = Portugiesisch
language-pt-br = Portugiesisch (Brasilien)
language-ro = Rumänisch
language-ru = Russisch
language-sk = Slowakisch
language-sl = Slowenisch
language-sq = Albanisch
language-sr = Serbisch
language-sv = Schwedisch
language-sw = Suaheli
language-ta = Tamil
language-te = Telugu
language-th = Thailändisch
language-tr = Türkisch
language-uk = Ukrainisch
language-ur = Urdu
language-vi = Vietnamesisch
language-zh = Chinesisch
language-zh-hant = Chinesisch (traditionell)
language-none = wie bei der Veranstaltung
language-none-event = keine
event-language = Sprache
event-language-hint = In dieser Sprache stehen die Wörter, die mitgelieferte Vorlagen drucken. Sie gilt auch für Teilnehmende, deren Sprache nicht bekannt ist: Danach richten sich die Vorlage ihrer Zertifikate und die Sprache der E-Mails.
people-language-note = Bestimmt die Vorlage, wenn die Veranstaltung eine für die Sprache hat, und die Sprache der E-Mails. Die Texte eines Zertifikats sind die seiner Vorlage.
person-printed = Gedruckt mit
person-printed-other = { $template }, deren Texte auf { $texts } sind
languages-other = Zertifikate in einer anderen Sprache als der der Person
languages-other-row = { $count ->
    [one] Eine Person hat die Sprache { $language }. Gedruckt mit { $template }, deren Texte auf { $texts } sind.
   *[other] { $count } Personen haben die Sprache { $language }. Gedruckt mit { $template }, deren Texte auf { $texts } sind.
}
languages-choose = Vorlagen für Sprachen auswählen
languages-title = Vorlagen für Sprachen
languages-lead = Die Texte eines Zertifikats sind die seiner Vorlage. Eine Vorlage für eine Sprache gilt für Personen mit dieser Sprache, eine mitgelieferte mit ihren Wörtern in ihr; alle anderen bekommen { $template }.
languages-none = Es gibt keine Vorlage für eine einzelne Sprache.
languages-texts = Ihre Texte
languages-add = Diese Vorlage für die Sprache verwenden
languages-remove = Nicht mehr für diese Sprache
languages-tier = nur für { $tier }
send-without = { $count ->
    [one] Eine Person hat keine E-Mail-Adresse
   *[other] { $count } Personen haben keine E-Mail-Adresse
}
send-without-text = Ihnen wird nichts gesendet. Tragen Sie auf ihrer Karte eine Adresse ein, oder geben Sie das Zertifikat anders weiter.
email-now = E-Mail jetzt
certificate-person = Karte der Person
event-none-to-make = Sie arbeiten nur in einigen Veranstaltungen mit, und diese gibt es schon. Eine weitere legt an, wer alle Veranstaltungen sieht.
event-copy-days = Die der Kopie: Die Tage der alten Veranstaltung werden nicht übernommen.
step-completed-due = vorbei, noch nicht abgeschlossen
template-event-own = die eigene dieser Veranstaltung
template-event-pictures = Mit eigenen Bildern dieser Veranstaltung: { $pictures }.
template-off-logo = Logo wegnehmen
template-off-signature-1 = Erste Unterschrift wegnehmen
template-off-signature-2 = Zweite Unterschrift wegnehmen
generate-not-ready = Für Zertifikate fehlt bei dieser Veranstaltung noch etwas.
generate-no-template = Es ist keine Vorlage gewählt.
generate-no-template-way = Vorlage wählen
generate-no-rule = Es gibt keine Regel, wer ein Zertifikat bekommt.
generate-no-rule-way = Regel festlegen
generate-not-completed = Die Veranstaltung ist nicht als abgeschlossen eingetragen.
generate-not-completed-way = Als abgeschlossen eintragen
generate-left-out = Wer keines bekommt
generate-left-out-all = Alle, die die Regel nicht erfüllen
generate-no-address = keine E-Mail-Adresse
generate-without-address =
    { $count ->
        [one] Eine dieser Personen hat keine E-Mail-Adresse: Das Zertifikat wird ausgestellt, gesendet werden kann nichts.
       *[other] { $count } dieser Personen haben keine E-Mail-Adresse: Die Zertifikate werden ausgestellt, gesendet werden kann nichts.
    }
begin-zone-hint = Etwa Europe/Berlin. Sie bestimmt, auf welchen Tag etwas fällt. Leer: UTC.
begin-identity-text = Unter der Identität kennt Software Sie als Aussteller. Der Fingerabdruck ist der Ihres Wurzelschlüssels, der für alle anderen Schlüssel bürgt.
needs-key-unpublished = neuer Schlüssel ist noch nicht veröffentlicht: Was er unterschreibt, kann niemand prüfen. Veröffentlichen Sie jetzt
copy = Kopieren
copied = Kopiert
send-failed-do = An diese erneut senden
column-first-name = Vorname
column-last-name = Nachname
column-surname = Nachname
column-role = Rolle
column-result = Ergebnis
column-no = Nr.
