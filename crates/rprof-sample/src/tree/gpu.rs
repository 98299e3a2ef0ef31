//! The memory of the members on GPUs, a part of their memory beside RSS.

use rprof_trace::Bytes;

use super::Tree;

impl Tree {
    /// Sets the memory that each member holds on GPUs. Without a GPU it does nothing, and the part is unknown.
    pub(super) fn read_gpu(&mut self) {
        let Some(gpu) = &mut self.gpu else { return };
        let pids: Vec<u32> = self.members.iter().map(super::Member::pid).collect();
        let sizes = gpu.read(&pids);
        for member in &mut self.members {
            let size = sizes.get(&member.pid()).copied().unwrap_or(Bytes(0));
            member.set_gpu(size);
        }
    }
}
