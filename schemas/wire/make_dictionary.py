#!/usr/bin/env python3
"""Writes dictionary-1.bin and its digest. The file is frozen: this script documents how it came to be, and a test
compares the digest. A better dictionary is a new file under a new wire version.

What a distance costs grows with it, so the order is: optional members, then phrases of titles and criteria,
then the credential's own shape in the order of its bytes (JCS, RFC 8785), last and therefore nearest.
usage: make_dictionary.py FOLDER"""
import hashlib, pathlib, sys

# Phrases of titles, descriptions and criteria. Scripts with two or three bytes a letter gain most.
WORDS = [
    # Amharic, Thai, Hebrew, Greek.
    "ተሳትፎ ስልጠና ማረጋገጫ ", "การอบรมเชิงปฏิบัติการหลักสูตรและผ่านการทดสอบมหาวิทยาลัย", "השתתפות בקורס בהצלחה ",
    "Παρακολούθηση σεμινάριο και εξέταση του προγράμματος ",
    # Chinese, Japanese, Korean.
    "课程培训证书考试合格完成大学学院参加全部并通过", "講座研修修了試験に合格ワークショップ基礎株式会社", "과정을 수료 교육 합격 ",
    # Hindi, Bengali, Tamil.
    "प्रशिक्षण कार्यशाला परीक्षा में उपस्थिति और सफलतापूर्वक पूरा किया। विश्वविद्यालय ", "প্রশিক্ষণ সম্পন্ন ", "பயிற்சி நிறைவு ",
    # Arabic, Persian.
    "دورة تدريبية في ورشة عمل شهادة حضور جميع الجلسات واجتياز الاختبار النهائي بنجاح جامعة معهد ",
    # Russian, Ukrainian.
    "Курс повышения квалификации программа обучения университет институт Посещение всех занятий и успешно сдан экзамен ",
    # Latin scripts.
    " zaliczenie szkolenia egzamin", " eğitimi başarıyla tamamlandı", " hoàn thành khóa học", " pelatihan",
    " et réussite de l'examen final. Participation à toutes les sessions. Formation ",
    " y superó el examen final. Asistencia a todas las sesiones. Curso de Universidad ",
    " e aprovação na avaliação final. ", " Erfolgreiche Teilnahme an allen Modulen und bestandene Abschlussprüfung. Hochschule für ",
    "participants received continuing education security engineering software systems science language health leadership "
    "learning programme community hours of instruction delivered by the Department of digital marketing project design ",
    "International Association Foundation Institute of Technology College School University Academy Training Centre",
    " Management Development Professional Introduction to Data Analysis with Fundamentals Certified Advanced Programme",
    "One-day Two-day workshop on the course covering practical skills, for beginners, in person and online. ",
    "Attended all sessions and passed the final exam. Completed all modules and the final project successfully assessment with",
]

# Years to come, as in a number; the shape has the first. Copies of all that stands around a year gained nothing.
def years():
    for year in range(2035, 2026, -1):
        yield f'-{year}-000'

# Members and values that only some credentials have.
TYPES = [
    '"LearningProgram","Membership","License","Award","Assessment","MasterDegree","BachelorDegree","Diploma","Competency",'
    '"Fieldwork","MicroCredential","Badge","Achievement","CertificateOfCompletion","Course","'
]
OPTIONAL = [
    '"hashed":true,"identityHash":"sha256$","identityType":"emailAddress","salt":"',
    ',"role":"Speaker","term":"Spring Summer Autumn Winter 20"', '"role":"Trainer Organizer Volunteer Instructor Participant"',
    ',"result":[{"type":["Result"],"value":"Pass Merit Distinction"}],"role":"', ',"term":"20',
    '00:00Z","validUntil":"20', 'T23:59:59Z"}',
    '","type":["Achievement"]},"activityEndDate":"2027-', 'T00:00:00Z","activityStartDate":"2027-',
    '","type":["Achievement"]},"activityEndDate":"2026-', 'T00:00:00Z","activityStartDate":"2026-',
    'T00:00:00Z","creditsEarned":', '","type":["Achievement"]},"creditsEarned":',
    ',"identifier":[{"hashed":false,"identityHash":"',
]

# The shape, with nothing where the values go.
SHAPE = (
    '{"alg":"EdDSA","kid":"did:web:certs.#k1","typ":"vc+jwt"}\0'
    '{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],'
    '"credentialStatus":{"id":"https:///status/1#","statusListCredential":"https:///status/1","statusListIndex":"",'
    '"statusPurpose":"revocation","type":"BitstringStatusListEntry"},'
    '"credentialSubject":{"achievement":{"achievementType":"Certificate","criteria":{"narrative":".'
    '"},"description":".","id":"https:///a/","name":"","type":["Achievement"]},'
    '"identifier":[{"hashed":false,"identityHash":"","identityType":"name","type":"IdentityObject"}],'
    '"licenseNumber":"CERT-WORKSHOP-2026-000","type":["AchievementSubject"]},'
    '"id":"https:///c/CERT-","issuer":{"id":"did:web:","name":"","type":["Profile"]},'
    '"type":["VerifiableCredential","OpenBadgeCredential"],"validFrom":"2026-0T00:00:00Z"}'
)

def dictionary():
    return "".join([*TYPES, *OPTIONAL, *WORDS, *years(), SHAPE]).encode()

if __name__ == "__main__":
    folder, data = pathlib.Path(sys.argv[1]), dictionary()
    assert len(data) <= 4096, len(data)
    (folder / "dictionary-1.bin").write_bytes(data)
    (folder / "dictionary-1.sha256").write_text(f"{hashlib.sha256(data).hexdigest()}  dictionary-1.bin\n")
    print(len(data), "bytes")
