//! Tests of the sources of settings and of what is refused, by the lines an operator reads.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::layers::Layers;
use super::*;

const GOOD: &str = r#"[server]
public_url = "https://id.example.com"

[database]
url = "sqlite:portreeve.db"
"#;

/// Reads a file of this text, these variables and these overrides.
fn load(text: &str, environment: &[(&str, &str)], overrides: &[&str]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portreeve.toml");
    std::fs::write(&path, text).unwrap();
    let environment: BTreeMap<_, _> = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let overrides: Vec<_> = overrides.iter().map(|&text| text.to_owned()).collect();
    let mut mistakes = Vec::new();
    let layers = Layers::merge(Some(&path), environment, &overrides, &mut mistakes);
    let settings = layers.and_then(|layers| read::settings(&layers, &mut mistakes));
    let folder = folder.path().display().to_string();
    if mistakes.is_empty() {
        Ok(settings.unwrap())
    } else {
        Err(mistakes.join("\n").replace(&format!("{folder}/"), ""))
    }
}

fn refusal(text: &str, environment: &[(&str, &str)], overrides: &[&str]) -> String {
    load(text, environment, overrides).err().unwrap()
}

#[test]
fn the_environment_counts_more_than_the_file_and_the_command_line_most() {
    let text = format!("{GOOD}\n[log]\nlevel = \"error\"\nformat = \"text\"\n[limits]\nmax_connections = 100\n");
    let environment = [("PORTREEVE__LOG__LEVEL", "warn"), ("PORTREEVE__LIMITS__MAX_CONNECTIONS", "200")];

    let settings = load(&text, &environment, &["log.level=debug"]).unwrap();

    assert_eq!(settings.log.level, tracing::Level::DEBUG);
    assert_eq!(settings.limits.max_connections, 200);
    assert_eq!(settings.log.format, LogFormat::Text);
}

/// S-132: both listeners are on loopback unless told otherwise, and nothing is migrated (SECURITY rule 36).
#[test]
fn defaults_are_on_loopback_and_do_not_migrate() {
    let settings = load(GOOD, &[], &[]).unwrap();

    assert!(settings.server.listen.ip().is_loopback());
    assert!(settings.admin_listen.ip().is_loopback());
    assert!(!settings.database.auto_migrate);
    assert!(matches!(settings.key_encryption_key, KeySource::Missing));
}

/// S-113: a settings file with what a provider of text messages knows us by is one of the files that others must not reach.
#[test]
fn a_settings_file_with_a_secret_is_a_secret_file() {
    let files = |more: &str| {
        let text = format!("{GOOD}\n[sms]\ncountries = [\"+49\"]\n{more}\n");
        let files = load(&text, &[], &[]).unwrap().secret_files;
        files.iter().filter(|file| file.ends_with("portreeve.toml")).count()
    };

    assert_eq!(files("transport = \"file:sms\""), 0);
    assert!(files("transport = \"file:sms\"\nauthorization = \"Bearer s3cret\"") > 0);
    assert!(files("transport = \"https://api.provider.example/send?key=s3cret\"") > 0);
}

/// A setting that would have no effect is refused with its name: an address of a listener that is not there, a variable that is no text.
#[test]
fn what_would_be_ignored_is_refused() {
    let alone = "server.mutual_tls.public_url=https://mtls.example.com";
    let told = "--set: server.mutual_tls.public_url is of no use without server.mutual_tls.listen";
    assert_eq!(refusal(GOOD, &[], &[alone]), told);
    assert_eq!(refusal(GOOD, &[], &[alone, "server.mutual_tls.certificate_header=true"]), told);

    let latin = || OsString::from_vec(b"caf\xe9".to_vec());
    let named = OsString::from_vec(b"PORTREEVE__MAIL__FR\xd6M".to_vec());
    let variables = [("PORTREEVE__MAIL__FROM".into(), latin()), ("LANG".into(), latin()), (named, "x".into())];
    let mut mistakes = Vec::new();
    assert!(layers::environment(variables.into_iter(), &mut mistakes).is_empty());
    let told = ["PORTREEVE__MAIL__FROM", "PORTREEVE__MAIL__FR\u{fffd}M"];
    assert_eq!(mistakes, told.map(|name| format!("environment {name}: is not UTF-8; write it as such")));
}

/// S-143: a connector that could never send, or that could send anywhere, is refused before the server starts, and no secret is repeated.
#[test]
fn text_messages_have_a_provider_and_countries() {
    let sms = |lines: &str| load(&format!("{GOOD}\n[sms]\n{lines}\n"), &[], &[]).map(|settings| settings.sms.rules);
    let good = "transport = \"https://api.provider.example/send?key=s3cret\"\ncountries = [\"+49\"]\n";

    assert_eq!(load(GOOD, &[], &[]).unwrap().sms.rules, None);
    assert_eq!(sms(good).unwrap().unwrap().countries(), ["+49"]);
    for (lines, told) in [
        ("transport = \"https://api.provider.example\"", "sms.countries is empty"),
        ("transport = \"file:sms\"\ncountries = [\"49\"]", "sms.countries holds \"49\""),
        ("transport = \"gopher://x\"\ncountries = [\"+49\"]", "sms.transport must be"),
        ("transport = \"https://u:s3cret@api.provider.example\"\ncountries = [\"+49\"]", "user information"),
        ("transport = \"http://api.provider.example/s3cret\"\ncountries = [\"+49\"]", "the scheme is not https"),
        (&format!("{good}authorization = \"a\\nb\""), "the authorization cannot be sent"),
        (&format!("{good}body = \"{{to}}\""), "sms.body cannot be used"),
        (&format!("{good}media_type = \"text/xml\""), "sms.media_type"),
        (&format!("{good}per_country_and_day = 0"), "sms.per_country_and_day"),
    ] {
        let refused = sms(lines).unwrap_err();
        assert!(refused.contains(told) && !refused.contains("s3cret"), "{lines}: {refused}");
    }
}

/// Whatever folder the server is started in, it opens the same database.
#[test]
fn a_relative_database_is_meant_beside_the_settings_file() {
    let with_slashes = GOOD.replace("sqlite:", "sqlite://");
    let in_the_environment = load(GOOD, &[("PORTREEVE__DATABASE__URL", "sqlite:other.db")], &[]).unwrap();

    for text in [GOOD, &with_slashes] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("portreeve.toml");
        std::fs::write(&file, text).unwrap();
        let settings = Settings::load(Some(&file), &[]).unwrap();
        let database = folder.path().join("portreeve.db");
        assert_eq!(settings.database.url.expose(), format!("sqlite:{}", database.display()));
    }
    assert_eq!(in_the_environment.database.url.expose(), "sqlite:other.db");
}

/// The settings that docker-compose.yml mounts are complete with the variables it sets, and believe one proxy only.
#[test]
fn the_settings_of_the_scaled_out_form_are_accepted() {
    let secrets = [
        ("PORTREEVE__DATABASE__URL", "postgres://portreeve:secret@postgres/portreeve"),
        ("PORTREEVE__SECRETS__KEY_ENCRYPTION_KEY", "4XyWyIl2d0ZuJmdyk4R3mPYBXFmsoY8cZDTeGMNVKSY="),
    ];

    let settings = load(include_str!("../../../../deploy/portreeve.toml"), &secrets, &[]).unwrap();

    assert!(settings.admin_listen.ip().is_loopback());
    let compose = include_str!("../../../../docker-compose.yml");
    assert!(compose.contains("ipv4_address: 172.30.77.10"));
    assert_eq!(*settings.server.trusted_proxies, TrustedProxies::parse(["172.30.77.10"]).unwrap());
}

/// R-25: an unknown key names file, line and the key that was meant.
/// A machine decides for people only where an operator has said twice that there are none.
#[test]
fn a_test_rig_is_refused_in_production() {
    let approvals = ["test_rig.approvals=true"];
    let both = ["test_rig.approvals=true", "server.purpose=testing"];

    assert_eq!(load(GOOD, &[], &[]).unwrap().test_rig, TestRig::Off);
    assert_eq!(
        refusal(GOOD, &[], &approvals),
        "--set: test_rig.approvals lets a machine decide for people: never where real ones sign in; elsewhere \
         set server.purpose = \"testing\""
    );
    assert_eq!(load(GOOD, &[], &["server.purpose=testing"]).unwrap().test_rig, TestRig::Off);
    assert_eq!(load(GOOD, &[], &both).unwrap().test_rig, TestRig::DecidesApprovals);
}

#[test]
fn an_unknown_key_is_an_error_with_file_line_and_mend() {
    let text = GOOD.replace("[database]", "lisen = \"0.0.0.0:80\"\n\n[database]");

    assert_eq!(refusal(&text, &[], &[]), "portreeve.toml:4: unknown setting server.lisen; did you mean server.listen?");
}

#[test]
fn unknown_names_outside_the_file_are_errors_too() {
    let environment = refusal(GOOD, &[("PORTREEVE__LOG__COLOUR", "red")], &[]);
    let command_line = refusal(GOOD, &[], &["nothing.here=1"]);

    assert_eq!(
        environment,
        "environment PORTREEVE__LOG__COLOUR: unknown setting log.colour; known are log.format, log.level, log.requests"
    );
    assert!(command_line.starts_with("--set: unknown setting nothing.here; known sections are"), "{command_line}");
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let text = "[server]\nlisten = \"everywhere\"\npublic_url = \"https://id.example.com/\"\n[log]\nlevel = \"loud\"\n";

    let lines = refusal(text, &[], &[]);

    let expected = [
        "portreeve.toml:2: server.listen is \"everywhere\"; give an address and port, such as 0.0.0.0:8080",
        "portreeve.toml:3: server.public_url ends in a slash; write https://id.example.com",
        "settings: database.url is missing; set it in the file or as PORTREEVE__DATABASE__URL",
        "portreeve.toml:5: log.level is \"loud\"; give error or warn or info or debug or trace",
    ];
    assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let told = refusal("[server]\nlisten = \n", &[], &[]);

    assert!(told.starts_with("portreeve.toml:2: "), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn a_secret_can_be_in_a_file_beside_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("url");
    std::fs::write(&secret, "postgres://portreeve:hidden@db/portreeve\n").unwrap();
    let text = GOOD.replace("url = \"sqlite:portreeve.db\"", &format!("url_file = {secret:?}"));

    let settings = load(&text, &[], &[]).unwrap();

    assert_eq!(settings.database.url.expose(), "postgres://portreeve:hidden@db/portreeve");
    assert_eq!(settings.database.migrate_url.expose(), settings.database.url.expose());
}

#[test]
fn a_value_and_its_file_at_once_are_refused() {
    let text = format!("{GOOD}url_file = \"url\"\n");

    let told = refusal(&text, &[], &[]);

    assert!(told.contains("database.url is given already at portreeve.toml:5"), "{told}");
}

#[test]
fn a_later_source_may_give_the_file_of_what_an_earlier_one_gave() {
    let settings = load(GOOD, &[("PORTREEVE__SECRETS__KEY_ENCRYPTION_KEY_FILE", "/etc/portreeve/key")], &[]).unwrap();

    assert!(matches!(settings.key_encryption_key, KeySource::File(path) if path == Path::new("/etc/portreeve/key")));
}

/// S-113: the key-encryption key does not belong into a file that is made for a repository; it is not repeated either.
#[test]
fn the_key_itself_is_not_accepted_in_the_settings_file() {
    let text = format!("{GOOD}[secrets]\nkey_encryption_key = \"c2VjcmV0\"\n");

    let told = refusal(&text, &[], &[]);

    assert!(told.starts_with("portreeve.toml:7: secrets.key_encryption_key does not belong"), "{told}");
    assert!(!told.contains("c2VjcmV0"));
}

#[test]
fn numbers_out_of_range_and_half_a_certificate_are_refused() {
    let told = refusal(GOOD, &[], &["limits.max_connections=1", "server.tls.cert=cert.pem"]);

    assert!(told.contains("limits.max_connections is 1; give 10 to 1000000"), "{told}");
    assert!(told.contains("server.tls.cert has no server.tls.key"), "{told}");
}

#[test]
fn a_password_cost_below_the_floor_is_refused() {
    let told = refusal(GOOD, &[], &["limits.password_memory_kib=8192", "limits.password_passes=1"]);

    assert!(told.contains("limits.password_memory_kib is too little"), "{told}");
}

#[test]
fn outbound_exceptions_are_host_and_port_and_pem() {
    let told = refusal(GOOD, &[], &["outbound.allow=keys.internal"]);
    assert!(told.starts_with("--set: outbound.allow holds an entry that is wrong: \"keys.internal\""), "{told}");

    let told = refusal(GOOD, &[], &["outbound.extra_ca=/nowhere/ca.pem"]);
    assert!(told.contains("outbound.extra_ca is /nowhere/ca.pem, which cannot be read"), "{told}");

    assert!(load(GOOD, &[("PORTREEVE__OUTBOUND__ALLOW", "keys.internal:443, 127.0.0.1:8081")], &[]).is_ok());
}

/// S-134: a setting is a secret in the registry of inputs exactly when it may come from a file of its own.
#[test]
fn every_secret_setting_is_classed_as_one() {
    use portreeve_domain::{Sensitivity, Source};

    let mut secret: Vec<_> = keys::KEYS
        .iter()
        .filter(|key| key.kind == keys::Kind::Secret)
        .map(|key| (key.name, Sensitivity::Secret))
        .collect();
    secret.sort_unstable_by_key(|(name, _)| *name);

    assert_eq!(Source::Setting.inputs(), secret);
}

/// R-25: whatever the file holds, it is read or each of its mistakes has a line of its own; nothing is served half-configured.
#[test]
fn settings_files_under_mutation() {
    portreeve_fuzz::drive(
        "settings",
        portreeve_fuzz::text(|text| match load(text, &[], &[]) {
            Ok(settings) => {
                let url = url::Url::parse(&settings.server.public_url).expect("an address");
                let is_loopback = settings.server.public_url.starts_with("http://localhost")
                    || settings.server.public_url.starts_with("http://127.")
                    || settings.server.public_url.starts_with("http://[::1]");
                assert!(url.scheme() == "https" || is_loopback, "{url}");
                assert!(
                    !settings.server.public_url.ends_with('/') && url.query().is_none() && url.fragment().is_none()
                );
                let database = settings.database.url.expose();
                assert!(database.starts_with("sqlite:") || database.starts_with("postgres"), "{database}");
                true
            }
            Err(mistakes) => {
                let is_placed = |line: &str| line.starts_with("portreeve.toml") || line.starts_with("settings: ");
                assert!(!mistakes.is_empty() && mistakes.lines().next().is_some_and(is_placed), "{mistakes}");
                false
            }
        }),
    );
}
