//! The memory of call stacks at one moment, as allocation samples. The Firefox Profiler sums them up as retained memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use fxprof_processed_profile::debugid::DebugId;
use fxprof_processed_profile::{
    CategoryHandle, Frame, FrameFlags, FrameInfo, LibraryInfo, Profile as Firefox, Symbol, SymbolTable,
    ThreadHandle, Timestamp,
};

use crate::export::held::{HeldFrame, HeldMemory};

/// Adds the memory to a thread, the first one of its process, and selects this thread.
///
/// All stacks stand on one thread, although several processes have them: the profiler shows one thread at a time, and its
/// sum is to be that of the tree.
pub(super) fn add(firefox: &mut Firefox, thread: ThreadHandle, time: Timestamp, held: &HeldMemory) {
    let functions = functions(firefox, held);
    // Each sample has an address of its own: of two allocations at one address only the second is retained.
    for (stack, address) in held.stacks.iter().zip(1..) {
        let frames: Vec<FrameInfo> =
            stack.frames.iter().map(|frame| info(firefox, &functions, frame)).collect();
        let found = firefox.intern_stack_frames(thread, frames.into_iter());
        let bytes = i64::try_from(stack.bytes.0).unwrap_or(i64::MAX);
        firefox.add_allocation_sample(thread, time, found, address, bytes);
    }
    firefox.add_initial_selected_thread(thread);
}

/// A function by its library and name.
type Functions<'a> = HashMap<(&'a str, &'a str), Frame>;

/// The functions that have a library, which the profiler shows beside each. It takes a library only with addresses, so
/// the functions of a library get consecutive ones.
fn functions<'a>(firefox: &mut Firefox, held: &'a HeldMemory) -> Functions<'a> {
    let mut libraries: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let frames = held.stacks.iter().flat_map(|stack| &stack.frames);
    for frame in frames.filter(|frame| !frame.library.is_empty()) {
        libraries.entry(&frame.library).or_default().insert(&frame.name);
    }
    let mut found = HashMap::new();
    for (library, names) in libraries {
        let names: Vec<(&str, u32)> = names.into_iter().zip(0..).collect();
        let symbol = |(name, address): &(&str, u32)| Symbol {
            address: *address,
            size: Some(1),
            name: (*name).to_owned(),
        };
        let symbols = SymbolTable::new(names.iter().map(symbol).collect());
        let handle = firefox.add_lib(LibraryInfo {
            name: library.to_owned(),
            debug_name: library.to_owned(),
            path: library.to_owned(),
            debug_path: library.to_owned(),
            debug_id: DebugId::nil(),
            code_id: None,
            arch: None,
            symbol_table: Some(Arc::new(symbols)),
        });
        for (name, address) in names {
            found.insert((library, name), Frame::RelativeAddressFromInstructionPointer(handle, address));
        }
    }
    found
}

fn info(firefox: &mut Firefox, functions: &Functions<'_>, frame: &HeldFrame) -> FrameInfo {
    let function = functions.get(&(frame.library.as_str(), frame.name.as_str())).cloned();
    let frame = function.unwrap_or_else(|| Frame::Label(firefox.intern_string(&frame.name)));
    FrameInfo { frame, category_pair: CategoryHandle::OTHER.into(), flags: FrameFlags::empty() }
}
