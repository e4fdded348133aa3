//! Whole dialogues, each with one thing that goes wrong.

use std::time::Duration;

use futures_util::StreamExt as _;
use rstest::rstest;

use super::super::dialogue::Patience;
use super::super::smtp::Server;
use super::super::{Delivery, Message, Postman, Writer};
use super::sink::{Act, Heard, Script, Sink, Tls};
use super::*;
use crate::domain::MailOutcome;

fn message() -> Message {
    static MESSAGE: std::sync::LazyLock<Message> = std::sync::LazyLock::new(|| {
        Writer::new(&settings()).unwrap().letter(&all_five(Language::English), moment()).unwrap()
    });
    MESSAGE.clone()
}

/// `{}` of the URL becomes the sink's port.
fn postman(sink: &Sink, url: &str) -> Postman {
    let url = url.replace("{}", &sink.port.to_string());
    let settings = config::Mail { transport: config::Transport::Smtp { url: url.into() }, ..settings() };
    Postman::with_roots(&settings, vec![sink.root.clone()]).unwrap().impatient(Duration::from_secs(20))
}

async fn send(postman: &Postman) -> Delivery {
    send_this(postman, &message()).await
}

async fn send_this(postman: &Postman, message: &Message) -> Delivery {
    postman.deliver(message, postman.turn().await).await
}

async fn deliver(script: Script) -> (Delivery, Sink) {
    let acts = [script.greeting, script.mail, script.rcpt, script.data, script.dot];
    let silent = acts.iter().any(|act| matches!(act, Act::Silence));
    let sink = Sink::start(script);
    let postman = postman(&sink, "smtp://127.0.0.1:{}");
    let postman = if silent { postman.impatient(Duration::from_secs(1)) } else { postman };
    (send(&postman).await, sink)
}

#[rstest]
#[case::greeting_421(Script { greeting: Act::Say("421 4.3.2 busy"), ..Script::default() }, MailOutcome::Deferred)]
#[case::greeting_554(Script { greeting: Act::Say("554 5.7.1 no"), ..Script::default() }, MailOutcome::Failed)]
#[case::greeting_silent(Script { greeting: Act::Silence, ..Script::default() }, MailOutcome::Deferred)]
#[case::greeting_nonsense(Script { greeting: Act::Say("hello?"), ..Script::default() }, MailOutcome::Deferred)]
#[case::ehlo_421(Script { ehlo: Some(Act::Say("421 4.3.2 busy")), ..Script::default() }, MailOutcome::Deferred)]
#[case::ehlo_550(Script { ehlo: Some(Act::Say("550 5.7.1 no")), ..Script::default() }, MailOutcome::Failed)]
#[case::ehlo_lost(Script { ehlo: Some(Act::Drop), ..Script::default() }, MailOutcome::Deferred)]
#[case::mail_421(Script { mail: Act::Say("421 4.7.0 slow down"), ..Script::default() }, MailOutcome::Deferred)]
#[case::mail_451(Script { mail: Act::Say("451 4.7.1 later"), ..Script::default() }, MailOutcome::Deferred)]
#[case::mail_550(Script { mail: Act::Say("550 5.1.8 bad sender"), ..Script::default() }, MailOutcome::Failed)]
#[case::mail_lost(Script { mail: Act::Drop, ..Script::default() }, MailOutcome::Deferred)]
#[case::rcpt_421(Script { rcpt: Act::Say("421 4.7.0 bye"), ..Script::default() }, MailOutcome::Deferred)]
#[case::rcpt_450(Script { rcpt: Act::Say("450 4.2.1 greylisted"), ..Script::default() }, MailOutcome::Deferred)]
#[case::rcpt_550(Script { rcpt: Act::Say("550 5.1.1 unknown"), ..Script::default() }, MailOutcome::Suppressed)]
#[case::rcpt_451(Script { rcpt: Act::Say("451 4.3.0 later"), ..Script::default() }, MailOutcome::Deferred)]
#[case::rcpt_452(Script { rcpt: Act::Say("452 4.2.2 mailbox full"), ..Script::default() }, MailOutcome::Deferred)]
#[case::rcpt_552(Script { rcpt: Act::Say("552 5.2.2 mailbox full"), ..Script::default() }, MailOutcome::Suppressed)]
#[case::rcpt_lost(Script { rcpt: Act::Drop, ..Script::default() }, MailOutcome::Deferred)]
#[case::data_421(Script { data: Act::Say("421 4.7.0 bye"), ..Script::default() }, MailOutcome::Deferred)]
#[case::data_552(Script { data: Act::Say("552 5.3.4 too big"), ..Script::default() }, MailOutcome::Failed)]
#[case::data_451(Script { data: Act::Say("451 4.3.0 later"), ..Script::default() }, MailOutcome::Deferred)]
#[case::data_554(Script { data: Act::Say("554 5.5.1 no"), ..Script::default() }, MailOutcome::Failed)]
#[case::data_250(Script { data: Act::Say("250 what?"), ..Script::default() }, MailOutcome::Deferred)]
#[case::data_lost(Script { data: Act::Drop, ..Script::default() }, MailOutcome::Deferred)]
#[case::data_silent(Script { data: Act::Silence, ..Script::default() }, MailOutcome::Deferred)]
// It may have arrived: the system took it from us whole before it heard of the loss.
#[case::text_lost(Script { drop_in_text: true, ..Script::default() }, MailOutcome::Doubtful)]
#[case::dot_late(Script { dot: Act::SayLate("250 2.0.0 queued"), ..Script::default() }, MailOutcome::Accepted)]
#[case::dot_450(Script { dot: Act::Say("450 4.7.1 later"), ..Script::default() }, MailOutcome::Deferred)]
#[case::dot_552(Script { dot: Act::Say("552 5.2.3 too big"), ..Script::default() }, MailOutcome::Failed)]
#[case::dot_421(Script { dot: Act::Say("421 4.3.0 bye"), ..Script::default() }, MailOutcome::Deferred)]
#[case::dot_451(Script { dot: Act::Say("451 4.3.0 later"), ..Script::default() }, MailOutcome::Deferred)]
#[case::dot_554(Script { dot: Act::Say("554 5.6.0 no"), ..Script::default() }, MailOutcome::Failed)]
#[case::dot_354(Script { dot: Act::Say("354 what?"), ..Script::default() }, MailOutcome::Doubtful)]
#[case::dot_nonsense(Script { dot: Act::Say("fine"), ..Script::default() }, MailOutcome::Doubtful)]
#[case::dot_lost(Script { dot: Act::Drop, ..Script::default() }, MailOutcome::Doubtful)]
#[case::dot_silent(Script { dot: Act::Silence, ..Script::default() }, MailOutcome::Doubtful)]
#[case::well(Script::default(), MailOutcome::Accepted)]
#[tokio::test]
async fn each_fault_of_the_server_has_its_outcome(
    #[case] script: Script,
    #[case] outcome: MailOutcome,
    #[values(false, true)] pipelining: bool,
) {
    let (delivery, _sink) = deliver(Script { pipelining, ..script }).await;
    assert_eq!(delivery.outcome, outcome, "{}", delivery.reply);
    assert!(!delivery.reply.is_empty() && !delivery.reply.contains('@'));
}

#[tokio::test]
async fn an_accepted_mail_arrived_byte_for_byte() {
    let (delivery, sink) = deliver(Script::default()).await;
    assert_eq!(delivery.reply, "250 2.0.0 queued");
    let heard = sink.heard();
    let text = String::from_utf8(heard.texts[0].clone()).unwrap().replace("\r\n..", "\r\n.");
    let sent = String::from_utf8(message().bytes).unwrap();
    assert_eq!(text.strip_suffix(".\r\n").unwrap(), sent);
    let commands: Vec<_> =
        heard.commands.iter().filter(|command| !command.starts_with("EHLO")).map(String::as_str).collect();
    assert_eq!(commands, ["MAIL FROM:<tiktok-access@annalect-data.info>", "RCPT TO:<anna@365discount.dk>", "DATA"]);
}

#[tokio::test]
async fn a_refusal_that_names_the_address_is_told_without_it() {
    let rcpt = Act::Say("550-5.1.1 <anna@365discount.dk>:\r\n550 5.1.1 anna@365discount.dk is unknown\u{7}");
    let (delivery, _sink) = deliver(Script { rcpt, ..Script::default() }).await;
    assert_eq!(delivery.reply, "550 5.1.1 <address>: <address> is unknown");
}

#[tokio::test]
async fn a_server_that_takes_few_mails_a_connection_gets_a_new_one_and_no_mail_twice() {
    let sink = Sink::start(Script { per_connection: 2, ..Script::default() });
    let postman = postman(&sink, "smtp://127.0.0.1:{}");
    for _ in 0..5 {
        assert_eq!(send(&postman).await.outcome, MailOutcome::Accepted);
    }
    postman.close().await;
    assert_eq!((sink.heard().connections, sink.heard().texts.len()), (3, 5));
}

#[tokio::test]
async fn a_hundred_mails_a_connection_and_then_another_connection_lose_none() {
    let sink = Sink::start(Script { per_connection: 100, pipelining: true, ..Script::default() });
    let (postman, message) = (postman(&sink, "smtp://127.0.0.1:{}"), message());
    let mails = futures_util::stream::iter(0..450).map(|_| send_this(&postman, &message));
    let deliveries: Vec<_> = mails.buffer_unordered(4).collect().await;
    assert!(deliveries.iter().all(|delivery| delivery.outcome == MailOutcome::Accepted), "{deliveries:?}");
    assert_eq!(sink.heard().texts.len(), 450);
    assert!((5..=8).contains(&sink.heard().connections), "{} connections", sink.heard().connections);
}

#[tokio::test]
async fn many_at_once_share_four_connections() {
    let sink = Sink::start(Script { pipelining: true, ..Script::default() });
    let (postman, message) = (postman(&sink, "smtp://127.0.0.1:{}"), message());
    let deliveries = futures_util::future::join_all((0..40).map(|_| send_this(&postman, &message))).await;
    assert!(deliveries.iter().all(|delivery| delivery.outcome == MailOutcome::Accepted), "{deliveries:?}");
    assert_eq!(sink.heard().texts.len(), 40);
    assert!(sink.heard().connections <= 4);
}

#[tokio::test]
async fn a_refused_recipient_gets_no_text_even_if_the_server_waits_for_it() {
    let sink = Sink::start(Script { pipelining: true, rcpt: Act::Say("550 5.1.1 unknown"), ..Script::default() });
    let postman = postman(&sink, "smtp://127.0.0.1:{}");
    for _ in 0..2 {
        assert_eq!(send(&postman).await.outcome, MailOutcome::Suppressed);
    }
    assert!(sink.heard().texts.is_empty());
    assert_eq!(sink.heard().connections, 2);
}

#[tokio::test]
async fn after_a_refusal_the_connection_serves_the_next_mail() {
    let sink = Sink::start(Script { rcpt: Act::Say("550 no"), ..Script::default() });
    let postman = postman(&sink, "smtp://127.0.0.1:{}");
    for _ in 0..3 {
        assert_eq!(send(&postman).await.outcome, MailOutcome::Suppressed);
    }
    assert_eq!(sink.heard().connections, 1);
    assert_eq!(sink.heard().commands.iter().filter(|c| *c == "RSET").count(), 3);
}

#[tokio::test]
async fn nobody_listening_is_temporary() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("smtp://127.0.0.1:{port}").into();
    let settings = config::Mail { transport: config::Transport::Smtp { url }, ..settings() };
    let postman = Postman::new(&settings).unwrap();
    assert_eq!(send(&postman).await.outcome, MailOutcome::Deferred);
    let told = postman.check().await.unwrap_err();
    assert!(told.contains("no connection") && told.contains("correct mail.smtp_url"), "{told}");
}

#[rstest]
#[case::implicit(Tls::Implicit, "smtps://reconciler:s%40cret@127.0.0.1:{}")]
#[case::starttls(Tls::Start, "smtp://reconciler:s%40cret@127.0.0.1:{}?tls=required")]
#[tokio::test]
async fn with_tls_nothing_but_the_way_to_it_is_said_in_plain_text(#[case] tls: Tls, #[case] url: &str) {
    let sink = Sink::start(Script { tls, ..Script::default() });
    let postman = postman(&sink, url);
    let delivery = send(&postman).await;
    assert_eq!(delivery.outcome, MailOutcome::Accepted, "{}", delivery.reply);
    assert!(postman.check().await.unwrap().ends_with("answers over TLS, signed in"));
    let plain = sink.heard().commands.into_iter().filter(|command| !command.starts_with("TLS "));
    assert!(plain.into_iter().all(|command| command.starts_with("EHLO") || command == "STARTTLS"));
    assert_eq!(sink.heard().texts.len(), 1);
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_and_nothing_falls_back() {
    let sink = Sink::start(Script::default());
    let postman = postman(&sink, "smtp://reconciler:secret@127.0.0.1:{}?tls=required");
    let delivery = send(&postman).await;
    assert_eq!(delivery.outcome, MailOutcome::Failed);
    assert!(delivery.reply.contains("no STARTTLS"), "{}", delivery.reply);
    assert!(sink.heard().commands.iter().all(|command| command.starts_with("EHLO")), "{:?}", sink.heard().commands);
}

#[rstest]
#[case(Tls::Implicit, "smtps://127.0.0.1:{}")]
#[case(Tls::Start, "smtp://127.0.0.1:{}?tls=required")]
#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_mail(#[case] tls: Tls, #[case] url: &str) {
    let sink = Sink::start(Script { tls, ..Script::default() });
    let url = url.replace("{}", &sink.port.to_string()).into();
    let settings = config::Mail { transport: config::Transport::Smtp { url }, ..settings() };
    let delivery = send(&Postman::new(&settings).unwrap()).await;
    assert_eq!(delivery.outcome, MailOutcome::Deferred);
    assert!(delivery.reply.contains("TLS was not agreed"), "{}", delivery.reply);
    assert!(sink.heard().texts.is_empty());
}

#[tokio::test]
async fn answers_slipped_in_before_tls_are_not_believed() {
    let injected = "250-sink\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n";
    let sink = Sink::start(Script { tls: Tls::Start, injected, ..Script::default() });
    let delivery = send(&postman(&sink, "smtp://u:p@127.0.0.1:{}?tls=required")).await;
    assert_eq!(delivery.outcome, MailOutcome::Deferred, "{}", delivery.reply);
    assert!(delivery.reply.contains("TLS was not agreed"), "{}", delivery.reply);
}

/// What goes wrong on the way to TLS and sign-in, where nothing may fall back.
#[rstest]
#[case::starttls_454(Script { starttls: Some(Act::Say("454 4.7.0 not now")), ..Script::default() }, MailOutcome::Deferred)]
#[case::starttls_421(Script { starttls: Some(Act::Say("421 4.7.0 bye")), ..Script::default() }, MailOutcome::Deferred)]
#[case::starttls_502(Script { starttls: Some(Act::Say("502 5.5.1 unknown")), ..Script::default() }, MailOutcome::Failed)]
#[case::starttls_lost(Script { starttls: Some(Act::Drop), ..Script::default() }, MailOutcome::Deferred)]
#[case::starttls_silent(Script { starttls: Some(Act::Silence), ..Script::default() }, MailOutcome::Deferred)]
#[case::starttls_goes_on_in_plain(Script { starttls: Some(Act::Say("220 go")), ..Script::default() }, MailOutcome::Deferred)]
#[case::auth_421(Script { auth: Act::Say("421 4.7.0 bye"), ..Script::default() }, MailOutcome::Deferred)]
#[case::auth_454(Script { auth: Act::Say("454 4.7.0 later"), ..Script::default() }, MailOutcome::Deferred)]
#[case::auth_535(Script { auth: Act::Say("535 5.7.8 wrong password for reconciler@example.org"), ..Script::default() }, MailOutcome::Failed)]
#[case::auth_lost(Script { auth: Act::Drop, ..Script::default() }, MailOutcome::Deferred)]
#[case::auth_silent(Script { auth: Act::Silence, ..Script::default() }, MailOutcome::Deferred)]
#[case::auth_unknown(Script { mechanisms: "CRAM-MD5", ..Script::default() }, MailOutcome::Failed)]
#[tokio::test]
async fn without_tls_or_sign_in_nothing_is_sent(
    #[case] script: Script,
    #[case] outcome: MailOutcome,
    #[values("PLAIN LOGIN", "LOGIN")] mechanisms: &'static str,
) {
    let mechanisms = if script.mechanisms == "CRAM-MD5" { script.mechanisms } else { mechanisms };
    let sink = Sink::start(Script { tls: Tls::Start, mechanisms, ..script });
    let url = "smtp://reconciler:canary-password@127.0.0.1:{}?tls=required";
    let postman = postman(&sink, url).impatient(Duration::from_secs(1));
    let delivery = send(&postman).await;
    assert_eq!(delivery.outcome, outcome, "{}", delivery.reply);
    let told = postman.check().await.unwrap_err();
    let shown = format!("{} {told} {postman:?}", delivery.reply);
    assert!(!shown.contains("canary") && !shown.contains("reconciler@"), "{shown}");
    let heard = sink.heard();
    assert!(heard.texts.is_empty() && !heard.commands.iter().any(|command| command.contains("MAIL")));
    assert_plain_is_the_way_to_tls(&heard);
}

/// A server that repeats what it was told: the password does not come back, bare or as AUTH says it.
#[rstest]
#[case::auth_plain("535 5.7.8 bad: AUTH PLAIN AHJlY29uY2lsZXIAY2FuYXJ5LXBhc3N3b3Jk")]
#[case::auth_login("535 5.7.8 bad: Y2FuYXJ5LXBhc3N3b3Jk")]
#[case::in_clear("535 5.7.8 no such password: canary-password.")]
#[tokio::test]
async fn a_password_that_the_server_repeats_is_not_told(#[case] says: &'static str) {
    let sink = Sink::start(Script { tls: Tls::Start, auth: Act::Say(says), ..Script::default() });
    let postman = postman(&sink, "smtp://reconciler:canary-password@127.0.0.1:{}?tls=required");
    let told = [send(&postman).await.reply, postman.check().await.unwrap_err()];
    for words in told {
        let leaks = ["canary-password", "Y2FuYXJ5LXBhc3N3b3Jk", "AHJlY29uY2lsZXIA"].iter().any(|it| words.contains(it));
        assert!(words.contains("535") && !leaks, "{words}");
    }
}

fn assert_plain_is_the_way_to_tls(heard: &Heard) {
    let mut plain = heard.commands.iter().filter(|command| !command.starts_with("TLS "));
    // A handshake that nobody takes up is no command.
    let handshake = |command: &str| command.contains('\u{16}') || command.contains('\u{fffd}');
    assert!(
        plain.all(|command| command.starts_with("EHLO")
            || ["STARTTLS", "QUIT"].contains(&command.as_str())
            || handshake(command)),
        "{:?}",
        heard.commands
    );
}

/// `reconciler` and `s@cret`, as PLAIN and LOGIN say them.
#[rstest]
#[case::plain("PLAIN", &["TLS AUTH PLAIN AHJlY29uY2lsZXIAc0BjcmV0"])]
#[case::login("LOGIN", &["TLS AUTH LOGIN", "TLS cmVjb25jaWxlcg==", "TLS c0BjcmV0"])]
#[case::plain_where_both_are_offered("LOGIN PLAIN", &["TLS AUTH PLAIN AHJlY29uY2lsZXIAc0BjcmV0"])]
#[tokio::test]
async fn sign_in_is_spoken_as_the_server_offers_it_and_under_tls_only(
    #[case] mechanisms: &'static str,
    #[case] said: &[&str],
    #[values((Tls::Implicit, "smtps://reconciler:s%40cret@127.0.0.1:{}"),
             (Tls::Start, "smtp://reconciler:s%40cret@127.0.0.1:{}?tls=required"))]
    (tls, url): (Tls, &str),
) {
    let sink = Sink::start(Script { tls, mechanisms, ..Script::default() });
    let delivery = send(&postman(&sink, url)).await;
    assert_eq!(delivery.outcome, MailOutcome::Accepted, "{}", delivery.reply);
    let heard = sink.heard();
    assert_plain_is_the_way_to_tls(&heard);
    let signing: Vec<_> =
        heard.commands.iter().skip_while(|command| !command.contains("AUTH")).take(said.len()).collect();
    assert_eq!(signing, said);
}

#[test]
fn every_wait_has_an_end_and_the_answer_to_the_text_has_ten_minutes() {
    let server = Server::new(&"smtp://localhost".into(), &settings().from, Vec::new()).unwrap();
    let Patience { greeting, reply, text } = server.patience;
    assert_eq!([greeting, reply, text].map(|wait| wait.as_secs()), [60, 30, 600]);
}

#[rstest]
#[case::one_line("2")]
#[case::lines("250-more\r\n")]
#[tokio::test]
async fn an_answer_without_end_is_given_up(#[case] piece: &str) {
    let endless: &'static str = Box::leak(piece.repeat(1_000_000).into_boxed_str());
    let (delivery, _sink) = deliver(Script { rcpt: Act::Say(endless), ..Script::default() }).await;
    assert_eq!(delivery.outcome, MailOutcome::Deferred);
}

#[tokio::test]
async fn a_rehearsal_is_told_apart_and_suppresses_nobody() {
    for (rcpt, outcome) in [("250 ok", MailOutcome::Redirected), ("550 unknown", MailOutcome::Failed)] {
        let sink = Sink::start(Script { rcpt: Act::Say(rcpt), ..Script::default() });
        let url = format!("smtp://127.0.0.1:{}", sink.port).into();
        let transport = config::Transport::Smtp { url };
        let settings = config::Mail { transport, redirect_to: Some(address("me@example.com")), ..settings() };
        let message = Writer::new(&settings).unwrap().letter(&all_five(Language::English), moment()).unwrap();
        assert_eq!(send_this(&Postman::new(&settings).unwrap(), &message).await.outcome, outcome);
        assert!(sink.heard().commands.contains(&"RCPT TO:<me@example.com>".to_owned()));
    }
}

#[tokio::test]
async fn the_folder_holds_each_mail_once_under_its_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out/box");
    let settings = config::Mail { transport: config::Transport::Directory { path: path.clone() }, ..settings() };
    let postman = Postman::new(&settings).unwrap();
    for _ in 0..2 {
        let delivery = send(&postman).await;
        assert_eq!(delivery.outcome, MailOutcome::Accepted, "{}", delivery.reply);
    }
    let files: Vec<_> = std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("2026-11-23-") && name.ends_with(".eml"), "{name}");
    assert_eq!(std::fs::read(&files[0]).unwrap(), message().bytes);
    assert!(postman.check().await.is_ok());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_temporary_and_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("outbox"), "a file").unwrap();
    let transport = config::Transport::Directory { path: folder.path().join("outbox") };
    let postman = Postman::new(&config::Mail { transport, ..settings() }).unwrap();
    assert_eq!(send(&postman).await.outcome, MailOutcome::Deferred);
    assert!(postman.check().await.unwrap_err().contains("correct mail.directory"));
}

#[tokio::test]
async fn messages_are_spaced() {
    let url: secrecy::SecretString = "smtp://127.0.0.1:1".into();
    let transport = config::Transport::Smtp { url };
    let postman = Postman::new(&config::Mail { transport, max_per_minute: 6_000, ..settings() }).unwrap();
    let start = tokio::time::Instant::now();
    for _ in 0..4 {
        postman.turn().await;
    }
    assert!(start.elapsed() >= Duration::from_millis(30));
}
