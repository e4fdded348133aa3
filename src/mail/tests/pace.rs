//! Turns, with a clock that is the test.

use super::*;

struct Office {
    state: State,
    now: Instant,
}

/// A turn under way.
#[derive(Clone, Copy)]
struct Going {
    begun: Instant,
    asks: bool,
}

fn office(limit: Option<u32>) -> Office {
    Office { state: Pace::new(limit).state.into_inner().unwrap(), now: Instant::now() }
}

impl Office {
    /// A turn, if there is one now.
    fn now(&mut self) -> Option<Going> {
        match self.state.look(self.now, self.now) {
            Next::Now { asks } => Some(Going { begun: self.now, asks }),
            Next::At(_) | Next::AfterAnEnd => None,
        }
    }

    /// Waits for a turn; timers wake too late by a millisecond.
    fn turn(&mut self) -> Going {
        let wanted = self.now;
        loop {
            match self.state.look(wanted, self.now) {
                Next::Now { asks } => return Going { begun: self.now, asks },
                Next::At(due) => self.now = due + Duration::from_millis(1),
                Next::AfterAnEnd => panic!("nobody else has a turn"),
            }
        }
    }

    /// The dialogue ends after so long.
    fn ends(&mut self, going: Going, after: Duration, standing: Standing) {
        self.now += after;
        self.state.met(standing, going.begun, self.now);
        self.state.end(going.asks, self.now);
    }
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn no_minute_sees_more_mails_than_the_limit_whatever_is_counted_and_little_is_lost() {
    for limit in [6, 60, 600] {
        let mut office = office(Some(limit));
        let start = office.now;
        let mut dialogues = Vec::new();
        for mail in 0..limit * 3 {
            let going = office.turn();
            // The first ones are slow, the others quick: counted at their ends, they come too close.
            let took = MS * if mail % limit < 4 { 90 } else { 9 };
            office.ends(going, took, Standing::Serves);
            dialogues.push((going.begun, office.now));
        }
        for (first, next) in dialogues.iter().zip(&dialogues[limit as usize..]) {
            assert!(next.0 - first.1 >= Duration::from_secs(60), "{limit} a minute");
        }
        let ideal = f64::from(limit * 3 - 1) * 60.0 / f64::from(limit);
        assert!((office.now - start).as_secs_f64() <= 1.02 * ideal, "{limit} a minute");
    }
}

#[test]
fn mails_under_way_count_too() {
    let mut office = office(Some(2));
    let first = office.turn();
    let _second = office.turn();
    office.now += Duration::from_secs(300);
    assert!(office.now().is_none(), "two are under way");
    office.ends(first, MS, Standing::Serves);
    assert!(office.now().is_none(), "one of them has only just ended");
    office.now += WINDOW;
    assert!(office.now().is_some());
}

#[test]
fn without_a_limit_nobody_waits() {
    let mut office = office(None);
    assert!((0..1_000).all(|_| office.now().is_some()));
}

#[test]
fn after_a_refusal_all_wait_and_then_one_asks() {
    let mut office = office(None);
    let four = [(); 4].map(|()| office.now().unwrap());
    for going in four {
        office.ends(going, MS, Standing::Refuses);
    }
    assert!(office.now().is_none(), "all wait");
    office.now += Duration::from_secs(1);
    let asks = office.now().expect("four refusals at once are one");
    assert!(office.now().is_none(), "only one asks");
    office.ends(asks, MS, Standing::Serves);
    assert!((0..4).all(|_| office.now().is_some()), "the server serves again");
}

#[test]
fn pauses_grow_to_a_minute_and_then_it_gives_up() {
    let mut office = office(None);
    let start = office.now;
    let going = office.turn();
    office.ends(going, MS, Standing::Refuses);
    let mut asked = Vec::new();
    while !office.state.has_given_up() {
        let going = office.turn();
        asked.push((office.now - start).as_secs());
        office.ends(going, MS, Standing::Refuses);
    }
    assert_eq!(asked, [1, 5, 21, 61]);
    assert!(office.now().is_some(), "who still has something to say may try");
}

#[test]
fn what_began_before_the_refusal_neither_ends_nor_lengthens_the_pause() {
    let mut office = office(None);
    let [first, second, third] = [(); 3].map(|()| office.now().unwrap());
    office.ends(first, MS, Standing::Refuses);
    office.ends(second, MS, Standing::Serves);
    assert!(office.now().is_none(), "the refusal came later");
    office.now += Duration::from_secs(1);
    office.ends(third, MS, Standing::Refuses);
    assert!(office.now().is_some());
}

#[tokio::test]
async fn an_end_wakes_who_waits_for_it() {
    let pace = Pace::new(None);
    let slow = pace.turn().await;
    slow.met(Standing::Refuses);
    drop(slow);
    pace.lock().pause = Some((Instant::now(), Instant::now()));
    let asks = pace.turn().await;
    assert!(asks.asks);
    let (second, ()) = tokio::join!(pace.turn(), async {
        tokio::task::yield_now().await;
        drop(asks);
    });
    assert!(second.asks, "nobody told that the server serves");
}
