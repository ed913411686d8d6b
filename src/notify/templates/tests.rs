use super::*;

fn sender() -> Sender {
    Sender {
        agency: "Trung tâm Chuyển đổi số".into(),
        phone: "0200 0000 000".into(),
        sign_off: "TRUNG TÂM CHUYỂN ĐỔI SỐ".into(),
    }
}

fn own() -> Templates {
    Templates::load(None, &sender()).unwrap()
}

/// A site's folder with one file of its own.
fn site(lang: &str, name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(lang)).unwrap();
    std::fs::write(folder.path().join(lang).join(name), text).unwrap();
    folder
}

fn sample(template: &str) -> Letter {
    samples().into_iter().find(|letter| letter.template() == template).unwrap()
}

fn render(templates: &Templates, letter: &Letter, lang: Lang) -> Result<Notice, TemplateError> {
    templates.render(letter, lang, "c@example.vn", "Lê Văn Cường", "k")
}

#[test]
fn every_letter_reads_as_approved() {
    let templates = own();
    for lang in [Lang::Vi, Lang::En] {
        for (number, letter) in samples().iter().enumerate() {
            let notice = render(&templates, letter, lang).unwrap();
            let shown = format!("{}\n\n{}\n---- html\n{}", notice.subject, notice.text, notice.html);
            insta::assert_snapshot!(format!("{}-{number}-{}", code(lang), notice.template), shown);
        }
    }
}

#[test]
fn what_comes_with_the_program_passes_its_own_check() {
    assert_eq!(own().check_all().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn both_languages_have_the_same_files() {
    let names = |lang| -> Vec<_> { EMBEDDED.iter().filter(|one| one.0 == lang).map(|one| one.1).collect() };
    assert_eq!(names(Lang::Vi), names(Lang::En));
    for letter in samples() {
        for part in ["subject", "txt", "html"] {
            assert!(names(Lang::Vi).contains(&format!("{}.{part}", letter.template()).as_str()));
        }
    }
}

#[test]
fn a_site_replaces_one_file_and_keeps_the_rest() {
    let folder = site("vi", "changes_made.subject", "Sở nhà: {{ changes | length }} việc");
    let templates = Templates::load(Some(folder.path()), &sender()).unwrap();
    let letter = sample("changes_made");
    assert_eq!(render(&templates, &letter, Lang::Vi).unwrap().subject, "Sở nhà: 2 việc");
    let kept = render(&templates, &letter, Lang::En).unwrap();
    assert_eq!(kept, render(&own(), &letter, Lang::En).unwrap());
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let folder = site("vi", "changes_made.txt", "Kính gửi\n{% for x in %}\n");
    let path = folder.path().join("vi/changes_made.txt");
    let error = Templates::load(Some(folder.path()), &sender()).unwrap_err().to_string();
    assert!(error.contains(&format!("{}:2: ", path.display())), "{error}");
    assert!(error.ends_with("in: {% for x in %}"), "{error}");
}

#[test]
fn a_misspelt_field_is_named_with_its_line_wherever_it_stands() {
    for name in ["changes_made.txt", "layout.html"] {
        let folder = site("en", name, "one\ntwo\n{{ agencie }}\n");
        let templates = Templates::load(Some(folder.path()), &sender()).unwrap();
        let errors = templates.check_all();
        assert!(!errors.is_empty());
        let path = format!("{}:3: ", folder.path().join("en").join(name).display());
        for error in errors {
            assert!(error.to_string().contains(&path), "{error}");
            assert!(error.to_string().contains("{{ agencie }}"), "{error}");
        }
    }
}

#[test]
fn a_field_that_may_be_empty_must_be_asked_for_first() {
    let folder = site("en", "account_created.txt", "{{ collect_by }}");
    let templates = Templates::load(Some(folder.path()), &sender()).unwrap();
    let errors: Vec<_> = templates.check_all().iter().map(ToString::to_string).collect();
    assert!(matches!(errors.as_slice(), [one] if one.contains("account_created.txt:1: ")), "{errors:?}");
}

#[test]
fn a_misspelt_file_name_is_not_passed_over() {
    let folder = site("vi", "changes_make.txt", "x");
    let error = Templates::load(Some(folder.path()), &sender()).unwrap_err();
    assert!(matches!(error, TemplateError::ReplacesNothing { .. }), "{error}");
}

#[test]
fn a_link_or_an_empty_text_does_not_pass_the_check() {
    for (name, text) in
        [("changes_made.html", "<a HREF=x>here</a>"), ("roster_feedback.txt", "https://x.example")]
    {
        let folder = site("vi", name, text);
        let errors = Templates::load(Some(folder.path()), &sender()).unwrap().check_all();
        assert!(matches!(errors.as_slice(), [TemplateError::Link { file, .. }] if file.ends_with(name)));
    }
    let folder = site("vi", "changes_made.subject", " \n");
    let errors = Templates::load(Some(folder.path()), &sender()).unwrap().check_all();
    assert!(matches!(errors.as_slice(), [TemplateError::Empty { .. }]));
}

#[test]
fn what_comes_from_outside_is_data() {
    let Letter::RosterFeedback(mut letter) = sample("roster_feedback") else { unreachable!() };
    letter.file = "<b>{{ sender.phone }}</b>\r\nBcc: x@y\n\nTrân trọng./.".into();
    let notice = own()
        .render(&Letter::RosterFeedback(letter), Lang::Vi, "c@example.vn", "Lê\nCường <i>", "k")
        .unwrap();
    assert!(notice.html.contains("&lt;b&gt;{{ sender.phone }}&lt;"), "{}", notice.html);
    assert!(notice.html.contains("Lê Cường &lt;i&gt;"));
    assert!(notice.text.contains(r#""<b>{{ sender.phone }}</b> Bcc: x@y Trân trọng./.""#), "{}", notice.text);
    assert_eq!(notice.text.lines().filter(|line| line.starts_with("Trân trọng")).count(), 1);
    assert!(!notice.subject.contains(['\r', '\n']));
    assert_eq!(notice.to_name, "Lê Cường <i>");
}
