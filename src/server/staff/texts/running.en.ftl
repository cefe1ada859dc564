
# Locked keys
locked-banner = The keys are locked. Nothing is issued or published until they are unlocked; what is asked for waits.
locked-way = Unlock the keys
lock-submit = Lock the keys
unlock-title = Unlock the keys
unlock-text = The service runs without the passphrase of its keys. Reading, the portal and checking certificates work. Issuing and publishing wait.
unlock-waiting =
    { $count ->
        [one] One run waits.
       *[other] { $count } runs wait.
    }
unlock-who = Somebody who looks after the keys has to unlock them: a key officer or an owner.
unlock-hint = The passphrase that the key files are sealed with. It is kept in memory only, until the keys are locked or the service ends.
unlock-submit = Unlock
unlock-open = The keys are unlocked.
said-unlocked = The keys are unlocked. What waited goes on.
said-locked = The keys are locked. What signs waits from now on.
needs-locked = key is locked away: nothing is issued or published until somebody unlocks it
problem-keys-locked = The keys are locked

# Mail server
relay-title = Mail server
relay-lead = This server takes all mail that the service sends.
relay-none = Mail is not set up: nothing is sent.
relay-text = Chosen by staff. The password is sealed with the keys, and shown nowhere.
relay-change = Change the mail server
relay-waits = The password is sealed, and the keys are locked. What is due waits until they are unlocked.
relay-password-hint = Sealed with the keys. It is shown to nobody, and can be replaced.
relay-password-kept = One is kept, and stays if you leave this empty. For another server or user it has to be typed again.
relay-try = Try it
relay-try-text = The test goes to your own address, at once.
relay-test = Send me a test message
relay-remove = Send no more mail
relay-remove-text = The server's address and password are forgotten. What is in the outbox waits until another server is set up.
relay-took = The server took the message. It answered:
relay-refused = The message did not leave:
said-relay-removed = No more mail is sent. What is in the outbox waits.

# The first page: what is tried, and what is made besides
begin-kept = Kept as you typed it. Leave this empty, or type another one.
begin-logo = Logo
begin-logo-hint = PNG, JPEG or SVG. A template with it, called “own-logo”, is made for you; events choose it. It can wait.
begin-logo-kept = { $name } is kept. Choose another one, or leave this empty.
begin-sample = To look around
begin-sample-box = Make a sample event with invented people
begin-sample-hint = It can be archived or deleted at any time.
begin-test = Try the mail server first
begin-test-none = There is no mail server to be tried.
begin-test-whom = Type your own e-mail: the test goes there.
begin-test-subject = Test message of your certificate service
begin-test-text = The mail server takes messages of this service. This one went to you alone.
begin-faults =
    { $count ->
        [one] One thing is not right yet. Nothing was made.
       *[other] { $count } things are not right yet. Nothing was made.
    }

# Backups
backups = Backups
backups-title = Backups
backups-lead = Each night a dump of everything but the keys, signed, into a folder of this machine.
backups-none = No backups are made.
backups-how = Say where they go, on the page “What is kept”: a folder, best on another disk.
backups-under-way = A backup is being made.
backups-newest = Newest
backups-records = Records
backups-when = Made
backups-hour = each night at { $hour }
backups-keep = Kept
backups-folder = Folder
backups-failed = The last try failed.
backups-tampered = Some certificates in it are not as this issuer signed them: somebody else can write the store.
backups-stale = There is no backup of the last two days.
backups-make = Back up now
backups-keys = The folder keys and the passphrase are in no backup. Keep copies of them apart from each other.
backups-files = Backups in the folder
backups-name = File
backups-bytes = Size
backups-size = { $kb } KB
backups-empty = There is none yet.
drill = Restore drill
drill-text = Restores the newest backup into a folder of its own, counts what is there, follows the audit log, verifies certificates from all over, and takes the folder away again. Nothing that is served is touched.
drill-start = Restore the newest, as a drill
drill-under-way = The newest backup is being restored, as a drill.
drill-good = The newest backup can be restored.
drill-bad = The newest backup cannot be restored as it is. Make another one, and look into this.
drill-of = Backup of
drill-certificates = Versions of certificates
drill-audit = Entries of the audit log, whose chain holds
drill-signatures = Signatures verified
said-backup-begun = A backup is being made.
said-drill-begun = The drill has begun.
problem-no-backup-folder = Nothing says where backups go

# What the service itself needs
needs-store = store that cannot be written: free some room, or look into the log
needs-queue = queue of runs that stands still: the log says why, and a restart takes them up again
needs-publication-failed = publication failed: open it to see why
needs-disk = disk that is nearly full: less than 1 GB is left
needs-mail = mail server that does not take what is due
needs-manifest = key manifest that ends soon: publish, where the root key is there
needs-key = key that has been signing for a year: replace it
needs-backup-failed = backup failed: open it to see why
needs-drill-failed = restore drill that found a backup unusable
needs-backup = backup is missing: there is none of the last two days

# Beside the keys
keys-drill = The name of a key leads to the drill: what it would mean if it were stolen.
theft-title = If this key were stolen
theft-lead = A drill for { $id }. Nothing is changed by looking.
theft-signed = Certificates that it signed, and that stay valid
theft-set = What the list of them adds to the site
theft-waiting = Revocations that would be published at once
theft-would = This would happen:
theft-replaced = A new key is made, and signs from then on.
theft-not-replaced = It does not sign any more already; the active key goes on.
theft-manifest = The root key signs a new list of keys, in which this one is stolen since the day that you name.
theft-published = The next publication takes it out of did.json, and holds a digest of each certificate that it really signed.
theft-kept = Those certificates stay valid. Nobody needs a new one.
theft-forged = What a thief signs with it is refused, whatever date they put on it.
theft-root-away = The root key is not in the folder of the service. Bring it first: without it no key can be declared stolen.
theft-no-site = The service publishes nothing. Publish by hand, or verifiers do not learn of it.
theft-nothing = If it may really be in other hands: declare it, then publish.
ceremony-title = Looking after the root key
ceremony-lead = The root key vouches for the keys that sign. It is needed rarely, and lies elsewhere meanwhile.
ceremony-until = The list of keys is good until
ceremony-print = Print this page, and keep it with the copies of the keys.
ceremony-once = Once, after setting up
ceremony-once-1 = Two people meet at a machine that both trust.
ceremony-once-2 = Both compare the fingerprint above with what the first page showed. Print it, and publish it where only you can.
ceremony-once-3 = Copy the folder keys to two encrypted media.
ceremony-once-4 = Check one of the copies on another machine that has the program: testamur keys list --data FOLDER, where the folder holds the copied folder keys, shows the same fingerprint.
ceremony-once-5 = Write the passphrase down, once for a safe, once for a password manager: never on the same media.
ceremony-once-6 = Delete r1.jwe, the file of the root key, from the folder keys of the service: the service issues and publishes without it, and nobody who breaks in finds it. Keep the two media in two places.
ceremony-year = Every year, and whenever somebody leaves who knew the passphrase
ceremony-year-1 = Two people bring a medium, and copy the newest file rN.jwe into the folder keys.
ceremony-year-2 = Replace the active key, on the page Keys and publishing. That renews the list of keys too.
ceremony-year-3 = Publish.
ceremony-year-4 = Check one old certificate and one new one: both are valid.
ceremony-year-5 = Copy the folder keys to both media again, and delete rN.jwe from the service.
ceremony-stolen = When a key may be in other hands
ceremony-stolen-1 = Bring the root key, as every year.
ceremony-stolen-2 = Declare the key stolen, since the earliest day that is possible.
ceremony-stolen-3 = Publish at once, and tell those who verify to fetch the list anew.
ceremony-stolen-4 = If the root key itself may be in other hands: testamur keys root-rotate, and announce the new fingerprint on another way.
site-title = Where the site lies
site-lead = What verifiers read lies in a folder that any web server can show.
site-address = Address that certificates name
site-files = What is there
site-files-text = As this service shows it. The verifier is one file, to hand on: it needs no network.
site-point = How people reach it
site-ways = There are two ways:
site-here = The service shows the site itself: the domain leads to this service, or to a web server before it (deploy/nginx.conf).
site-elsewhere = Another web server shows the folder, or a copy of it: copy the whole folder after each publication, trust.jws last.
site-nginx = The least that a web server has to know; deploy/nginx-static.conf has all of it.
unlock-wrong = The keys stay locked.
unlock-wrong-field = This is not the passphrase.
relay-hint = As smtp.example.org.

# What is kept, and for how long
upkeep-title = What is kept
upkeep-lead = How long records and sessions are kept, and where backups go. A change holds at once.
upkeep-choose = Choose
upkeep-thrown = What is thrown away each night
upkeep-mail-days = Messages: days until addresses and links are forgotten
upkeep-mail-days-hint = Also what mail servers answered. Usually 730. 0: never.
upkeep-upload-days = Imports: days until their reports go
upkeep-upload-days-hint = They hold what was in the files. Usually 90. 0: never.
upkeep-waiting = Files that are looked at
upkeep-waiting-minutes = Minutes that a chosen file waits
upkeep-waiting-minutes-hint = 5 to 1440. Usually 60. Lists and templates wait in memory alone until they are taken in, and are gone when the service stops.
upkeep-sessions = Sessions of staff
upkeep-session-hours = Hours until an unused session ends
upkeep-session-hours-hint = 1 to 720. Usually 12. It holds for sessions that are open too.
upkeep-session-days = Days after its login until a session ends
upkeep-session-days-hint = 1 to 365. Usually 7.
upkeep-backup-folder = Folder of backups
upkeep-backup-folder-hint = Best on another disk, as /srv/backups. What begins without / lies in the data folder. Empty: no backups are made.
upkeep-backup-hour = Hour of the backup
upkeep-backup-hour-hint = 0 to 23, in your time zone. Usually 2.
upkeep-backup-keep = Backups that are kept
upkeep-backup-keep-hint = 1 to 3650. Usually 14. Older ones are deleted.
upkeep-fixed = Fixed
upkeep-fixed-text = testamur.toml says this. It is changed there, and holds after a restart.
upkeep-nothing = Nothing was changed.
upkeep-number = Type a whole number.

# Backups that others make
backups-over = Passed over: these are not taken for backups.
backups-over-future = its date is still to come
backups-over-not-a-file = it is a link or a folder
elsewhere = Backups made elsewhere
elsewhere-text = Does a timer of the machine make backups, or who keeps the machine? Say so, and none is missed here.
elsewhere-marker = Marker
elsewhere-marker-hint = A file that each backup renews, or the folder that they go to. Its date shows how old the newest is. It can be left out: then nobody looks.
elsewhere-say = Backups are made elsewhere
elsewhere-by = Said by
elsewhere-stale = The marker shows no backup of the last two days.
elsewhere-fresh = The marker shows a backup of the last two days.
elsewhere-believed = There is no marker: nobody looks how old the newest is.
elsewhere-end = They are not made elsewhere any more
# The address at which people reach the service
zone-lead = It decides on which day something falls: the days on certificates, the end of an event’s last day, the nights of backups. An event can have its own, on its form.
zone-hint = As Europe/Berlin, or UTC. It goes for what happens from now on; the days of certificates that were issued stay as they are.
zone-fixed = testamur.toml says { $zone }. Change it there: time_zone.
zone-change = Change the time zone
house-language-lead = What is spoken where nobody’s own language is known: on the published start page, on pages whose readers ask for a language that they do not speak, and in the letter to a new address of somebody without a language, whose event has none.
house-language-fixed = testamur.toml says { $language }. Change it there: language.
house-language-change = Change the language
address-lead = Links in mails, to the portal and to public pages begin with it. It is never taken from a request.
address-hint = As https://certs.example.org, or https://example.org/certificates. Empty: not known yet; messages then hold no link.
address-none = No address is known: messages hold no link, to certificates or to the portal.
address-here-only = Only this machine or this network reaches this address, or what goes there is not safe (http://): the links in messages and on pages lead nobody else anywhere.
address-fixed = testamur.toml, or a flag of the program, says { $address }. Change it there.
address-change = Say the address
begin-address = Address at which people reach the service
begin-address-hint = As https://certs.example.org: links in mails begin with it. Empty: you say it later, under Settings; until then messages hold no link.
send-no-links = The address at which people reach the service is not known: messages will hold no link, neither to the certificate nor to the portal.
