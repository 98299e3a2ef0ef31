// Rust code that holds known bytes: a growing vector, boxes, a map. The argument is the size of each in MiB.
use std::collections::HashMap;
use std::hint::black_box;

#[inline(never)]
fn hold_vector(mib: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    for number in 0..mib << 17 {
        numbers.push(number as u64 + 1);
    }
    numbers.shrink_to_fit();
    numbers
}

#[inline(never)]
fn hold_boxes(mib: usize) -> Vec<Box<[u8]>> {
    let boxes = (0..mib * 256).map(|_| vec![1u8; 4080].into_boxed_slice()).collect();
    // Not a tail call, which would leave no trace of this function.
    black_box(&boxes);
    boxes
}

#[inline(never)]
fn hold_map(mib: usize) -> HashMap<u64, [u64; 15]> {
    let mut map = HashMap::new();
    for key in 0..(mib << 20) / 128 {
        map.insert(key as u64, [key as u64; 15]);
    }
    map
}

fn main() {
    let mib = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20);
    let only = std::env::args().nth(2);
    let vector = hold_vector(mib);
    let rest = only.is_none().then(|| (hold_boxes(mib), hold_map(mib)));
    std::thread::sleep(std::time::Duration::from_millis(1000));
    black_box((vector, rest));
}
