//! Lists of the kinds of `cases`, in languages and by programs that were not among those: no family name is lost, no address is
//! passed over, what adds up others is nobody.

use testamur::import::*;

use crate::cases::{List, Said, list_of, workbook};

fn read(list: &str) -> List {
    list_of(list.as_bytes(), &Said::default())
}

#[test]
fn names_and_addresses_are_found_in_further_languages() {
    for (list, name) in [
        (
            "Nom;Cognoms;Adreça electrònica\nMartí;Puig i Soler;m@x.example\nNúria;Vila;n@x.example\n",
            "Martí Puig i Soler",
        ),
        ("Nome;Apelidos;Correo electrónico\nXoán;Castro;x@x.example\n", "Xoán Castro"),
        ("ชื่อ,นามสกุล,อีเมล\nสมชาย,ใจดี,s@x.example\n", "สมชาย ใจดี"),
        ("نام,نام خانوادگی,ایمیل\nزهرا,احمدی,z@x.example\n", "زهرا احمدی"),
        ("Vārds;Uzvārds;E-pasts\nJānis;Bērziņš;j@x.example\n", "Jānis Bērziņš"),
        ("Eesnimi;Perenimi;E-posti aadress\nÕnne;Mägi;o@x.example\n", "Õnne Mägi"),
        ("Vardas;Pavardė;El. paštas\nŠarūnas;Žemaitis;s@x.example\n", "Šarūnas Žemaitis"),
        ("Fullt nafn;Netfang\nÞórdís Guðmundsdóttir;t@x.example\n", "Þórdís Guðmundsdóttir"),
        ("İsim;Soyisim;E-posta\nIşıl;Gültekin;i@x.example\n", "Işıl Gültekin"),
        ("Ime;Priimek;E-poštni naslov\nŠpela;Kos;s@x.example\n", "Špela Kos"),
        ("Ime;Prezime;Adresa e-pošte\nĐurđica;Šimić;d@x.example\n", "Đurđica Šimić"),
        ("Имя;Фамилия;Имейл адрес\nОлга;Димова;o@x.example\n", "Олга Димова"),
        ("Ім'я та прізвище;Пошта\nОлена Шевченко;o@x.example\n", "Олена Шевченко"),
        ("Họ và tên đệm,Tên,Địa chỉ email\nNguyễn Thị Minh,Khai,k@x.example\n", "Nguyễn Thị Minh Khai"),
        ("Nama depan,Nama belakang,Alamat email\nSiti,Rahayu,s@x.example\n", "Siti Rahayu"),
        ("Legal first name,Legal last name,Preferred name,Email\nAda,Lovelace,Countess,a@x.example\n", "Ada Lovelace"),
        ("Student's first name,Student's last name,Attendee Email\nAda,Lovelace,a@x.example\n", "Ada Lovelace"),
        // Nobody filled in the column that is called so.
        ("Email,Name,Your full name as on certificate\na@x.example,,Ada Lovelace\n", "Ada Lovelace"),
        ("Name,First name,Last name,Email\nAda Lovelace,,,a@x.example\n", "Ada Lovelace"),
        ("Nom,Prénom (usuel),Courriel\nLefèvre,Zoé,z@x.example\n", "Zoé Lefèvre"),
    ] {
        let list = read(list);
        assert_eq!((list.names().first(), list.questions.len()), (Some(&name), 0), "{list:#?}");
        assert!(list.columns.with(Meaning::Email).is_some(), "{:#?}", list.columns);
    }
}

#[test]
fn what_adds_up_others_is_asked_about_in_further_languages_and_where_its_numbers_say_so() {
    for (list, asked) in [
        (
            "Họ và tên,Email,Điểm\nTrần Văn An,t@x.example,9\nLê Bình,l@x.example,8\nVõ Hà,v@x.example,7\nĐiểm trung bình,,8\n",
            vec![5],
        ),
        (
            "Nama lengkap,Email,Nilai\nSiti Rahayu,s@x.example,9\nBudi,b@x.example,8\nWayan,w@x.example,8\nRata-rata kelas,,9\n",
            vec![5],
        ),
        ("Nume;Prenume;Notă\nPopescu;Ștefan;9\nIonescu;Ioana;8\nDinu;Ana;8\nMedia clasei;;8,5\n", vec![5]),
        ("姓名,電子郵件,成績\n王小明,w@x.example,90\n李美麗,l@x.example,80\n平均分數,,85\n全班平均,,85\n", vec![4, 5]),
        ("氏名,メールアドレス,点数\n佐藤花子,s@x.example,90\n鈴木一郎,t@x.example,80\n満点,,100\n", vec![4]),
        ("이름,이메일,점수\n김민준,k@x.example,90\n이서연,l@x.example,80\n총점,,170\n", vec![4]),
        ("نام,ایمیل,نمره\nزهرا احمدی,z@x.example,18\nعلی رضایی,a@x.example,17\nمیانگین,,17\n", vec![4]),
        ("Име;Фамилия;Оценка\nИван;Петров;6\nОлга;Димова;5\nАнна;Костова;4\nСредно;;5\n", vec![5]),
        // Whatever they are called.
        (
            "Name,Email,Score\nAda,a@x.example,90\nBo,b@x.example,80\nEve,e@x.example,85.5\nKlassenspiegel,,85.17\n",
            vec![5],
        ),
        ("First name,Last name,Score\nAda,Lovelace,9\nGrace,Hopper,8\nAlan,Turing,7\nKlassenspiegel,,6\n", vec![5]),
        (
            "Name,Email\nDeleted User,d@x.example\nGelöschter Benutzer,g@x.example\nOpen-Ended Response,\nTRUE,t@x.example\n\
             E-Mail,\nParticipant 4,p@x.example\nHopper_PreviewUser,h@x.example\nada.lovelace,l@x.example\nMia Stone,m@x.example\n",
            vec![2, 3, 4, 5, 6, 7, 8, 9],
        ),
        // These are people.
        (
            "Nr.,Name,Email\n1,Ada King,a@x.example\n2,Bo Holm,b@x.example\n3,Mia Stone,\n4,Cai Lund,c@x.example\n5,Eve Moor,e@x.example\n",
            vec![],
        ),
        (
            "Name,Email,Score\nSuma Devi,,70\nMedia Lopez,m@x.example,85\nBo Total,b@x.example,90\nCai,c@x.example,80\n",
            vec![],
        ),
        ("First name,Last name,Email\nCher,,c@x.example\nAda,Lovelace,a@x.example\nGrace,Hopper,g@x.example\n", vec![]),
    ] {
        let list = read(list);
        let lines: Vec<u64> = list.held().iter().map(|(line, _)| *line).collect();
        assert_eq!((lines, list.names().len()), (asked.clone(), list.rows.len() - asked.len()), "{list:#?}");
    }
}

#[test]
fn who_is_crossed_out_is_asked_about() {
    let header = [(0, "Name"), (0, "Email")];
    let rows: [&[(usize, &str)]; 4] = [
        &header,
        &[(0, "Ada Lovelace"), (0, "a@x.example")],
        &[(1, "Bo Holm"), (1, "b@x.example")],
        &[(0, "Mia Stone"), (1, "m@x.example")],
    ];
    let bytes = workbook(false, &["crossed out"], &rows);
    let list = list_of(&bytes, &Said::default());
    assert_eq!((list.names(), list.held()), (vec!["Ada Lovelace", "Mia Stone"], vec![(3, None)]), "{list:#?}");
    assert!(list.questions[0].rows[0].reason.contains("crossed out"), "{:?}", list.questions);
    let held = Held { confirmed: "3".parse().unwrap(), ..Held::default() };
    assert_eq!(list_of(&bytes, &Said { held, ..Said::default() }).names(), ["Ada Lovelace", "Bo Holm", "Mia Stone"]);
}

#[test]
fn family_names_first_are_turned_without_what_meetings_put_behind_them() {
    let outlook =
        "Name;Anwesenheit\n\"Lovelace, Ada <a@x.example>\";Organisator\n\"Hopper, Grace <g@x.example>\";Teilnehmer\n";
    let list = read(outlook);
    assert_eq!(list.asked(), ["comma_names", "rows"]);
    assert!(list.questions[0].text.contains("is `Lovelace, Ada` to be printed as `Ada Lovelace`"), "{list:#?}");
    let swapped = list_of(outlook.as_bytes(), &Said { comma_names: CommaNames::Swap, ..Said::default() });
    assert_eq!(
        (swapped.asked(), swapped.held()),
        (vec!["rows"], vec![(2, Some("Ada Lovelace")), (3, Some("Grace Hopper"))])
    );
    let titled = "Teilnehmerliste Kurs 2026;;\n;;\nNr.;Nachname, Vorname;E-Mail\n1;Müller, Zoë;z@x.example\n\
                  2;Kurz, Jana;j@x.example\n;;\nOrt, Datum;;\n";
    // Here the header says which part stands first.
    let turned = read(titled);
    assert_eq!((turned.names(), turned.questions.len()), (vec!["Zoë Müller", "Jana Kurz"], 0), "{turned:#?}");
}

#[test]
fn where_no_column_is_known_the_code_page_is_asked_about_too() {
    let bytes = b"Ciln\xe7ks;Vieta\nJ\xe2nis;R\xeega\n";
    let table = read_table("list.csv", bytes, &Limits::default()).unwrap();
    let error = Columns::find(&table, &Mapping::default()).unwrap_err();
    let about: Vec<String> = error.questions().into_iter().map(|question| question.about).collect();
    assert_eq!((about, error.hint().contains("read it by `encoding=")), (vec!["encoding".into(), "map".into()], true));
    let plain = read_table("list.csv", b"Id;Town\n1;Cork\n", &Limits::default()).unwrap();
    let error = Columns::find(&plain, &Mapping::default()).unwrap_err();
    assert!(error.questions().len() == 1 && !error.hint().contains("encoding"), "{}", error.hint());
}
