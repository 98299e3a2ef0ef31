//! Random scripts of a process tree.

/// The largest number of processes at once; the last slot is for the first child of a double fork.
pub const SLOTS: usize = 12;
/// The largest number of steps of a script.
pub const STEPS: usize = 512;

/// One step: a slot, and its action.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub actor: u8,
    pub op: Op,
}

/// An action of one process. Numbers are slots, pages or milliseconds.
#[derive(Debug, Clone, Copy)]
pub enum Op {
    /// Maps memory and writes to each page.
    Grow(u16),
    /// Maps the program's file and reads each page.
    MapFile(u16),
    /// Unmaps the newest block.
    Shrink,
    /// Writes to all blocks, which copies inherited pages.
    Rewrite,
    Fork(u8),
    ThreadFork(u8),
    DoubleFork(u8),
    Spawn(u8),
    /// Replaces the program; all its memory is new.
    Exec,
    Exit,
    /// Reaps a child that has ended.
    Reap(u8),
    /// Waits until a process that another one reaps has ended.
    AwaitEnd(u8),
    Pause(u8),
}

/// A process of the script.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    alive: bool,
    /// The slot of the parent; `None` for the root and for orphans.
    parent: Option<usize>,
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }
}

/// The script of a seed.
pub fn generate(seed: u64) -> Vec<Step> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut places = [Place::default(); SLOTS];
    places[0].alive = true;
    let mut script = Vec::new();
    let length = 12 + random.below(40);
    for _ in 0..length {
        let alive: Vec<usize> = (0..SLOTS).filter(|at| places[*at].alive).collect();
        let actor = alive[random.below(alive.len() as u64) as usize];
        let free = (1..SLOTS - 1).find(|at| !places[*at].alive);
        let pages = match random.below(4) {
            0 => 256 + random.below(4096),
            _ => 16 + random.below(1024),
        } as u16;
        let op = match (random.below(20), free) {
            (0..=4, _) => Op::Grow(pages),
            (5, _) => Op::MapFile(pages.min(900)),
            (6, _) => Op::Shrink,
            (7, _) => Op::Rewrite,
            (8..=10, Some(slot)) => Op::Fork(slot as u8),
            (11, Some(slot)) => Op::ThreadFork(slot as u8),
            (12, Some(slot)) => Op::DoubleFork(slot as u8),
            (13, Some(slot)) => Op::Spawn(slot as u8),
            (14, _) if actor != 0 => Op::Exec,
            (15..=16, _) if actor != 0 => Op::Exit,
            (17, _) => Op::Pause(1 + random.below(4) as u8),
            (18, _) => Op::Pause(5 + random.below(60) as u8),
            _ => continue,
        };
        let mut push = |actor: usize, op| script.push(Step { actor: actor as u8, op });
        push(actor, op);
        match op {
            Op::Fork(slot) | Op::ThreadFork(slot) | Op::Spawn(slot) => {
                places[slot as usize] = Place { alive: true, parent: Some(actor) };
            }
            Op::DoubleFork(slot) => places[slot as usize] = Place { alive: true, parent: None },
            Op::Exit => end(&mut places, actor, random.below(6) == 0, &mut push),
            _ => {}
        }
    }
    // The children end before the root, which is the command.
    for slot in (1..SLOTS).rev().filter(|at| places[*at].alive).collect::<Vec<_>>() {
        let mut push = |actor: usize, op| script.push(Step { actor: actor as u8, op });
        push(slot, Op::Exit);
        end(&mut places, slot, false, &mut push);
    }
    script
}

/// Ends a process that has just left: its parent reaps it, and its children become orphans.
fn end(places: &mut [Place; SLOTS], slot: usize, keep_zombie: bool, push: &mut impl FnMut(usize, Op)) {
    let parent = places[slot].parent.filter(|parent| places[*parent].alive);
    match parent {
        Some(parent) if !keep_zombie => push(parent, Op::Reap(slot as u8)),
        _ => push(0, Op::AwaitEnd(slot as u8)),
    }
    places[slot] = Place::default();
    for place in places.iter_mut().filter(|place| place.parent == Some(slot)) {
        place.parent = None;
    }
}
