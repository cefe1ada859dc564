
# What is known of somebody
known-not = nicht bekannt
known-present = Anwesend
known-absent = Abwesend
known-done = Erledigt
known-not-done = Nicht erledigt
known-points-of = Punkte für { $title }
known-points-alone = Sagen Sie, ob es erledigt ist: Punkte allein sagen nur die Hälfte.
known-role = Rolle
known-role-hint = Etwa Referentin. Eine Regel kann danach fragen, und ein Zertifikat kann sie nennen.
known-columns = Weitere Spalten
known-more = Noch eine Spalte
known-more-hint = Etwa Ort. So, wie sie hier heißt, kann eine Vorlage nach ihr fragen.
known-more-value = Was darin steht
known-more-unnamed = Sagen Sie, wie die Spalte heißt.
known-more-empty = Sagen Sie, was in der Spalte steht, oder lassen Sie auch ihren Namen weg.
known-noted = Einzeln festgehalten
known-absent-asked = Nach Ihrer Eingabe war die Person abwesend oder hat nicht bestanden. Sie bekäme ein Zertifikat wie andere.
known-absent-take = So ist es gemeint
exception-note-hint = Sehen Mitarbeitende, die diese Person sehen, auch nachdem die Ausnahme aufgehoben ist; nie die Öffentlichkeit.

# What was filled in under an older session
again-file = { $name } noch einmal auswählen
older-title = Ihre Eingabe noch einmal senden
older-text = Seit dieses Formular geöffnet wurde, haben Sie sich neu angemeldet; darum wurde nichts gesendet. Sie sind jetzt { $name }. Sehen Sie Ihre Eingabe durch und senden Sie sie.

# Rows of a list that are not taken in as it stands
import-bad-now =
    { $count ->
        [one] Eine Zeile wird so nicht übernommen
       *[other] { $count } Zeilen werden so nicht übernommen
    }

# What came of a list of exceptions
outcome-code = Code
outcome-more =
    { $count ->
        [one] Eine weitere Zeile steht nicht hier. Zuerst kommen die, die blieben, wie sie waren; die Liste zum Herunterladen hat alle.
       *[other] { $count } weitere Zeilen stehen nicht hier. Zuerst kommen die, die blieben, wie sie waren; die Liste zum Herunterladen hat alle.
    }
outcome-whole = Alle Zeilen (CSV)

# Why something is done
why-hint = Steht im Protokoll, aus dem nichts gelöscht wird: keine Namen.
why-needed = Sagen Sie warum: Es wird zu dem festgehalten, was Sie hier tun.
