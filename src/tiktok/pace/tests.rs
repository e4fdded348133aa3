use super::*;
use proptest::prelude::*;

/// An app whose clock is the test.
struct App {
    state: State,
    now: Instant,
    start: Instant,
}

fn app(per_second: u32, per_minute: u32) -> App {
    let now = Instant::now();
    let pace = Pace::new(per_second, per_minute, Duration::from_secs(300), now);
    App { state: pace.state.into_inner().unwrap(), now, start: now }
}

impl App {
    /// Waits for a turn, woken so much too late; its request is answered after 80 ms.
    fn turn(&mut self, late: Duration) -> Turn {
        loop {
            match self.state.at(self.now).unwrap() {
                Next::Now(turn) => {
                    if let Some(arrivals) = &mut self.state.arrivals {
                        arrivals.answered(turn.number, turn.sent_at, self.now + Duration::from_millis(80));
                    }
                    return turn;
                }
                Next::At(due) => self.now = due + late,
            }
        }
    }

    fn turns(&mut self, count: usize) -> Vec<Instant> {
        (0..count)
            .map(|_| {
                self.turn(Duration::from_micros(900));
                self.now
            })
            .collect()
    }

    fn refused(&mut self, turn: Turn) -> bool {
        self.state.refused(turn, self.now)
    }
}

/// The most turns in any half-open window of that length.
fn densest(at: &[Instant], window: Duration) -> usize {
    (0..at.len()).map(|first| at[first..].iter().take_while(|t| **t < at[first] + window).count()).max().unwrap_or(0)
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_quota_is_nearly_used_and_never_passed_in_any_second_or_minute() {
    for rate in [10, 20, 30, 50] {
        let at = app(rate, rate * 60).turns(1303);
        assert!(densest(&at, SECOND) <= rate as usize);
        assert!(densest(&at, MINUTE) <= rate as usize * 60);
        let took = (at[1302] - at[0]).as_secs_f64();
        assert!(took <= 1.025 * 1303.0 / f64::from(rate), "{took} s at {rate}/s");
    }
}

#[test]
fn the_narrower_of_the_two_quotas_counts() {
    assert!(densest(&app(1, 30).turns(100), MINUTE) <= 30);
    assert!(densest(&app(5, 3000).turns(100), SECOND) <= 5);
}

#[test]
fn without_a_quota_to_speak_of_nobody_waits() {
    let at = app(1_000_000, 60_000_000).turns(10_000);
    assert_eq!(at[9_999], at[0]);
}

proptest! {
    /// Requests are held up on their way by up to a quarter of a second each; answers take 80 ms besides. The first one is
    /// hardly: what holds up every request so far looks like a long way, and only [`Arrivals`]' 5 ms make up for it.
    #[test]
    fn no_delay_on_the_way_puts_one_too_many_into_a_second(
        rate in 5_u32..60,
        first in 0_u64..5,
        delays in proptest::collection::vec(prop_oneof![8 => 0_u64..15, 1 => 0_u64..250], 60..400),
    ) {
        let mut app = app(rate, rate * 60);
        let mut under_way: Vec<(Turn, Instant)> = Vec::new();
        let mut arrived = Vec::new();
        for delay in std::iter::once(first).chain(delays) {
            let turn = loop {
                under_way.retain(|(turn, answered)| {
                    if *answered <= app.now {
                        app.state.arrivals.as_mut().unwrap().answered(turn.number, turn.sent_at, *answered);
                    }
                    *answered > app.now
                });
                match app.state.at(app.now).unwrap() {
                    Next::Now(turn) => break turn,
                    Next::At(due) => app.now = due,
                }
            };
            let arrival = app.now + Duration::from_millis(5 + delay);
            arrived.push(arrival);
            under_way.push((turn, arrival + Duration::from_millis(75)));
        }
        arrived.sort();
        prop_assert!(densest(&arrived, SECOND) <= rate as usize);
    }

    /// Workers ask at any time and are woken at any time.
    #[test]
    fn no_demand_makes_a_burst(rate in 1_u32..60, steps in proptest::collection::vec((0_u64..300, 0_u64..60), 60..400)) {
        let mut app = app(rate, rate * 60);
        let mut at = Vec::new();
        for (idle, late) in steps {
            if idle > 200 {
                app.now += Duration::from_millis(idle);
            }
            app.turn(Duration::from_millis(late));
            at.push(app.now);
        }
        prop_assert!(densest(&at, SECOND) <= rate as usize);
    }
}

#[test]
fn a_quota_answer_silences_everybody_also_those_who_already_wait() {
    let mut app = app(10, 600);
    let turn = app.turn(Duration::ZERO);
    assert!(matches!(app.state.at(app.now), Ok(Next::At(_))));
    assert!(app.refused(turn));
    let silence = app.now;
    app.turn(Duration::ZERO);
    assert_eq!(app.now - silence, Duration::from_secs(300));
}

#[test]
fn quota_answers_to_requests_under_way_count_once() {
    let mut app = app(10, 600);
    let turns = [(); 3].map(|()| app.turn(Duration::ZERO));
    assert_eq!(turns.map(|turn| app.refused(turn)), [true, false, false]);
    assert!(app.state.at(app.now).is_ok());
}

#[test]
fn the_third_in_a_row_is_the_days_quota_unless_something_succeeds_between() {
    let mut app = app(10, 600);
    for _ in 0..5 {
        for _ in 0..2 {
            let turn = app.turn(Duration::ZERO);
            app.refused(turn);
        }
        let turn = app.turn(Duration::ZERO);
        app.state.succeeded(turn);
    }
    let before = app.turn(Duration::ZERO);
    for _ in 0..3 {
        let turn = app.turn(Duration::ZERO);
        app.refused(turn);
        app.state.succeeded(before); // sent before the silence: no proof
    }
    assert_eq!(app.state.at(app.now), Err(DayQuotaUsedUp));
}

#[test]
fn one_suspension_costs_its_silence_and_less_than_five_seconds() {
    let mut app = app(10, 600);
    for n in 0..1303 {
        let turn = app.turn(Duration::ZERO);
        if n == 400 {
            app.refused(turn);
        } else {
            app.state.succeeded(turn);
        }
    }
    let took = (app.now - app.start).as_secs_f64();
    assert!(took - 1303.0 / 9.8 < 305.0, "{took}");
}

#[tokio::test]
async fn turns_are_given_to_workers_who_wait_together() {
    let pace = Pace::new(500, 30_000, SECOND, Instant::now());
    let start = Instant::now();
    let turns = futures_util::future::join_all((0..50).map(|_| pace.turn())).await;
    assert!(turns.iter().all(Result::is_ok));
    assert!(start.elapsed() >= Duration::from_millis(85), "{:?}", start.elapsed());
}
