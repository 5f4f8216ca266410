//! Answers in the course of time, and which name wins.

use std::sync::Arc;

use super::Data::{Address, Alias};
use super::{Message, ip};
use crate::names::{Answer, AnswerCollector, Grade, NameService, NameSource, Names};
use crate::time::Timestamp;

const SERVER: &str = "10.0.0.1";

fn at(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_parts(seconds, 0)
}

/// Says at each time that the server has that name.
fn answered(answers: &[(Option<Timestamp>, &str)]) -> AnswerCollector {
    let mut collector = AnswerCollector::default();
    for (time, name) in answers {
        let message = Message::to(name).answer(name, &Address(SERVER));
        collector.read(&message.bytes, NameService::Dns, *time);
    }
    collector
}

fn names(collector: &AnswerCollector) -> Names {
    let mut names = Names::default();
    for answer in collector.answers() {
        names.add_answer(answer);
    }
    names
}

fn name(names: &Names, time: Option<Timestamp>) -> &str {
    names
        .lookup(ip(SERVER), time)
        .map_or("", |named| named.name)
}

#[test]
fn a_session_takes_the_latest_answer_before_it() {
    let names = names(&answered(&[(at(10), "old.test"), (at(20), "new.test")]));
    let found = [9, 10, 19, 20, 99].map(|seconds| name(&names, at(seconds)));
    let expected = ["old.test", "old.test", "old.test", "new.test", "new.test"];
    assert_eq!(found, expected);
    assert_eq!(name(&names, None), "new.test", "the latest without a time");
}

#[test]
fn the_order_of_times_counts_and_not_that_of_the_capture() {
    let names = names(&answered(&[(at(20), "new.test"), (at(10), "old.test")]));
    assert_eq!(name(&names, at(15)), "old.test");
    assert_eq!(name(&names, at(25)), "new.test");
}

#[test]
fn an_answer_without_a_time_gives_way() {
    let untimed = names(&answered(&[(None, "untimed.test")]));
    assert_eq!(name(&untimed, at(5)), "untimed.test");
    let both = names(&answered(&[(at(10), "timed.test"), (None, "untimed.test")]));
    assert_eq!(name(&both, at(15)), "timed.test");
    assert_eq!(name(&both, None), "timed.test");
}

#[test]
fn what_was_asked_for_beats_what_stands_beside_it_at_any_time() {
    let mut collector = AnswerCollector::default();
    let beside = Message::to("test").beside("ns.test", &Address(SERVER));
    let aliased = Message::to("www.test")
        .answer("www.test", &Alias("host.test"))
        .answer("host.test", &Address(SERVER));
    collector.read(&beside.bytes, NameService::Dns, at(10));
    assert_eq!(name(&names(&collector), at(15)), "ns.test");
    collector.read(&aliased.bytes, NameService::Dns, at(20));
    assert_eq!(name(&names(&collector), at(15)), "www.test");
}

#[test]
fn a_name_is_kept_when_it_changes_only() {
    let all = [
        (at(1), "a.test"),
        (at(2), "a.test"),
        (at(3), "b.test"),
        (at(4), "a.test"),
    ];
    let collector = answered(&all);
    let kept = collector.answers().iter().map(|answer| &*answer.name);
    assert_eq!(kept.collect::<Vec<_>>(), ["a.test", "b.test", "a.test"]);
    let [first, _, last] = collector.answers() else {
        panic!("three answers");
    };
    assert!(Arc::ptr_eq(&first.name, &last.name));
}

#[test]
fn changes_of_one_address_are_limited_and_counted() {
    let limit = AnswerCollector::MAX_OF_ADDRESS;
    let all: Vec<String> = (0..limit + 2)
        .map(|index| format!("n{index}.test"))
        .collect();
    let all: Vec<_> = all.iter().map(|name| (at(1), name.as_str())).collect();
    let collector = answered(&all);
    assert_eq!(collector.answers().len(), limit);
    assert_eq!(collector.left_out(), 2);
}

#[test]
fn the_best_evidence_names_an_address() {
    let mut all = names(&answered(&[(at(10), "dns.test")]));
    let best = |names: &Names| {
        let named = names.lookup(ip(SERVER), at(15)).unwrap();
        (named.name.to_owned(), named.source)
    };
    assert_eq!(best(&all), ("dns.test".to_owned(), NameSource::Dns));
    all.add_record(ip(SERVER), "record.test");
    assert_eq!(
        best(&all),
        ("record.test".to_owned(), NameSource::NameRecord)
    );
    all.add_hosts("10.0.0.1 hosts.test");
    assert_eq!(best(&all), ("hosts.test".to_owned(), NameSource::Hosts));
}

#[test]
fn a_server_name_is_no_address_and_no_name_is_wanted_with_none() {
    let names = Names::default();
    let taken = names.of_server_name("www.test").unwrap();
    assert_eq!(
        (taken.name, taken.source),
        ("www.test", NameSource::ServerName)
    );
    let long = "n".repeat(256);
    for useless in ["", "10.0.0.1", "::1", long.as_str()] {
        assert_eq!(names.of_server_name(useless), None, "{useless}");
    }
    assert_eq!(Names::none().of_server_name("www.test"), None);
}

#[test]
fn the_root_is_no_name() {
    let mut collector = AnswerCollector::default();
    let message = Message::to("").answer("", &Address(SERVER));
    collector.read(&message.bytes, NameService::Dns, at(1));
    assert!(collector.answers().is_empty());
    assert_eq!(collector.left_out(), 0);
}

#[test]
fn an_answer_holds_what_was_read() {
    let expected = Answer {
        time: at(7),
        address: ip(SERVER),
        name: "a.test".into(),
        grade: Grade::Asked,
    };
    assert_eq!(answered(&[(at(7), "a.test")]).answers(), [expected]);
}

#[test]
fn whole_messages_in_a_segment_are_read() {
    let behind_len = |name: &str| {
        let message = Message::to(name).answer(name, &Address(SERVER)).bytes;
        let len = u16::try_from(message.len()).unwrap().to_be_bytes();
        [&len, &*message].concat()
    };
    let both = [behind_len("a.test"), behind_len("b.test")].concat();
    let kept = |payload: &[u8]| {
        let mut collector = AnswerCollector::default();
        collector.read_segment(payload, at(1));
        collector.answers().len()
    };
    assert_eq!(kept(&both), 2);
    assert_eq!(kept(&both[..both.len() - 1]), 1);
    assert_eq!(kept(&both[1..]), 0);
    assert_eq!(kept(&[]), 0);
}
