//! Tests of the schedule of the PSS rounds.

use super::*;

const TICK: Duration = Duration::from_millis(100);

/// The cost of all rounds in a run of `seconds`, at about 15 ms per GiB. Each round has `result` of the curve.
fn spent(seconds: u32, curve: impl Fn(u32) -> Bytes, result: impl Fn(Bytes) -> Option<Bytes>) -> Duration {
    let (mut schedule, mut spent) = (PssSchedule::new(true), Duration::ZERO);
    for tick in 0..seconds * 10 {
        let (now, value) = (TICK * tick, curve(tick));
        if schedule.is_due(now, value) {
            let cost = Duration::from_nanos(value.0 / 72);
            schedule.record_round(now, cost, value, Ok(result(value)));
            spent += cost;
        }
    }
    spent
}

fn gib(n: u32) -> Bytes {
    Bytes(u64::from(n) << 30)
}

#[test]
fn rounds_use_less_than_a_hundredth_of_the_time_in_the_long_run() {
    let flat = spent(60, |_| gib(4), Some);
    assert!((0.3..0.6).contains(&flat.as_secs_f64()), "{flat:?}");
    // A climb to 4 GiB in 4 s: its extra rounds are saved by the end.
    let climbed = spent(60, |tick| gib(4).min(Bytes(gib(1).0 / 10 * u64::from(tick))), Some);
    assert!((0.3..0.6).contains(&climbed.as_secs_f64()), "{climbed:?}");
}

#[test]
fn a_climb_uses_a_fiftieth_even_if_no_round_succeeds() {
    let climb = |tick| Bytes(gib(1).0 / 100 * u64::from(tick + 1));
    let climbing = [Some, |_| None].map(|result| spent(60, climb, result).as_secs_f64());
    assert!((0.4..1.3).contains(&climbing[0]) && (0.6..1.3).contains(&climbing[1]), "{climbing:?}");
}

#[test]
fn a_new_height_is_growth_by_an_eighth_of_the_last_pss() {
    let mut schedule = PssSchedule::new(true);
    let at = |ms: u64| Duration::from_millis(ms);
    assert!(schedule.is_due(at(0), gib(8)));
    // Eight processes share everything: growth by an eighth of one of them is a new height.
    schedule.record_round(at(10), at(2), gib(8), Ok(Some(gib(1))));
    let higher = Bytes(gib(8).0 + gib(1).0 / 8 + 1);
    assert!(schedule.is_due(at(20), higher) && !schedule.is_due(at(20), gib(8)));
    assert!(!schedule.is_due(at(249), gib(8)) && schedule.is_due(at(250), gib(8)));
    // The tree changed: no retry at once.
    schedule.record_round(at(30), at(2), higher, Ok(None));
    assert!(!schedule.is_due(at(49), higher) && schedule.is_due(at(50), higher));
}

/// Rounds of a large tree are expensive. Those at the start of its climb would leave nothing for its end.
#[test]
fn an_expensive_round_waits_for_a_large_rise() {
    let mut schedule = PssSchedule::new(true);
    let at = |ms: u64| Duration::from_millis(ms);
    schedule.record_round(at(10), at(8), gib(2), Ok(Some(gib(1))));
    let risen = |eighths: u64| Bytes(gib(2).0 + gib(1).0 / 8 * eighths + 1);
    assert!(!schedule.is_due(at(20), risen(1)) && schedule.is_due(at(20), risen(4)));
    schedule.record_round(at(30), at(16), risen(4), Ok(Some(gib(2))));
    assert!(!schedule.is_due(at(40), gib(9)), "the allowance is used up");
    assert!(schedule.is_due(at(600), gib(9)), "and saved up again");
}

/// A child shares its parent's memory, and the parent rewrites it: RSS is flat, and PSS doubles.
#[test]
fn faults_start_a_round_while_the_curve_is_flat() {
    let mut schedule = PssSchedule::new(true);
    let at = |ms: u64| Duration::from_millis(ms);
    schedule.record_round(at(10), at(2), gib(2), Ok(Some(gib(1))));
    assert!(schedule.look_is_due(at(100)) && !schedule.is_due(at(100), gib(2)));
    let grown = |eighths: u64| Bytes(gib(1).0 / 8 * eighths + 1);
    schedule.record_look(at(100), at(0), grown(1), grown(9));
    assert!(!schedule.look_is_due(at(199)) && schedule.look_is_due(at(200)));
    assert!(schedule.is_due(at(100), gib(2)));
    // Without shared memory PSS is as large as RSS already, however many faults there are.
    assert!(!schedule.is_due(at(100), gib(1)));
    // The round is disturbed: no retry at once.
    schedule.record_round(at(110), at(2), gib(2), Ok(None));
    assert!(!schedule.is_due(at(129), gib(2)) && schedule.is_due(at(130), gib(2)));
    schedule.record_round(at(220), at(2), gib(2), Ok(Some(grown(9))));
    assert!(!schedule.is_due(at(300), gib(2)));
}

#[test]
fn a_quiet_tree_gets_a_round_for_a_small_rise_above_the_peak() {
    let mut schedule = PssSchedule::new(true);
    let at = |ms: u64| Duration::from_millis(ms);
    schedule.record_round(at(10), at(10), gib(2), Ok(Some(gib(1))));
    let risen = Bytes(gib(1).0 / 100 * 103);
    schedule.record_look(at(100), at(0), Bytes(gib(1).0 / 50), risen);
    assert!(!schedule.is_due(at(100), gib(2)), "still rising");
    schedule.record_look(at(200), at(0), Bytes(0), risen);
    assert!(schedule.is_due(at(200), gib(2)));
}

#[test]
fn a_quiet_tree_gets_a_round_after_a_fall() {
    let mut schedule = PssSchedule::new(true);
    let at = |ms: u64| Duration::from_millis(ms);
    schedule.record_round(at(10), at(10), gib(2), Ok(Some(gib(2))));
    schedule.record_look(at(100), at(0), gib(1), gib(3));
    assert!(!schedule.is_due(at(100), gib(1)), "not quiet");
    schedule.record_look(at(200), at(0), Bytes(0), gib(3));
    assert!(schedule.is_due(at(200), gib(1)));
    schedule.record_round(at(210), at(10), gib(1), Ok(Some(gib(1))));
    assert!(!schedule.is_due(at(300), gib(1)));
}

/// Many programs have page faults for their whole run. Their rounds and looks keep to the long-run share.
#[test]
fn faults_without_end_do_not_exceed_the_share() {
    for result in [Some, |_| None] {
        let (mut schedule, mut spent) = (PssSchedule::new(true), Duration::ZERO);
        for tick in 0..600 {
            let (now, value) = (TICK * tick, gib(4));
            if schedule.look_is_due(now) {
                spent += Duration::from_millis(1);
                schedule.record_look(now, Duration::from_millis(1), gib(1), gib(9));
            }
            if schedule.is_due(now, value) {
                let cost = Duration::from_millis(30);
                schedule.record_round(now, cost, value, Ok(result(gib(1))));
                spent += cost;
            }
        }
        assert!((0.3..0.63).contains(&spent.as_secs_f64()), "{spent:?}");
    }
}

/// A process that may not be read is missing from the rounds until it ends.
#[test]
fn a_round_follows_when_a_refused_process_may_have_ended() {
    let mut schedule = PssSchedule::new(true);
    let at = |ms: u64| Duration::from_millis(ms);
    schedule.record_round(at(10), at(10), gib(2), Ok(Some(gib(2))));
    schedule.record_changes();
    assert!(!schedule.is_due(at(20), gib(2)), "the round was complete");
    schedule.record_partial_round(at(30), at(10), gib(2), gib(2));
    assert!(!schedule.is_due(at(40), gib(2)));
    schedule.record_changes();
    assert!(schedule.is_due(at(40), gib(2)));
    schedule.record_round(at(50), at(10), gib(2), Ok(Some(gib(2))));
    assert!(!schedule.is_due(at(60), gib(2)));
}

#[test]
fn a_refusal_is_retried_later_and_an_unsupported_system_is_not() {
    let mut schedule = PssSchedule::new(true);
    let at = |ms: u64| Duration::from_millis(ms);
    schedule.record_round(at(10), at(10), gib(8), Err(&ReadError::Denied));
    assert!(!schedule.is_due(at(500), gib(8)) && schedule.is_due(at(1250), gib(8)));
    schedule.record_round(at(1260), at(10), gib(8), Err(&ReadError::Unsupported));
    assert!(!schedule.is_due(at(99_000), gib(9)));
    assert!(!PssSchedule::new(false).is_due(at(0), gib(1)));
}
