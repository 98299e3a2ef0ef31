//! The memory of a GPU in `/proc/PID/fdinfo/FD`, as drivers of the kernel's DRM report it
//! (Documentation/gpu/drm-usage-stats.rst).

use rprof_trace::Bytes;

/// An open file of a GPU. Copies of the descriptor, also in other processes, are the same client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Client {
    /// The device: `drm-pdev`, or the name of the driver where there is none.
    pub device: String,
    /// The number of the client on this device.
    pub id: u64,
}

/// The client and its memory on the GPU; `None` for another file, and for a driver that does not report memory.
///
/// `drm-resident-REGION` is memory that the device holds now; `drm-memory-REGION` is its older name. Memory that the driver
/// has moved to `cpu`, away from the device, does not count.
pub fn parse(text: &str) -> Option<(Client, Bytes)> {
    let (mut device, mut driver, mut id) = (None, None, None);
    let (mut resident, mut memory) = (None, None);
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match key {
            "drm-pdev" => device = Some(value),
            "drm-driver" => driver = Some(value),
            "drm-client-id" => id = value.parse().ok(),
            _ => {
                add(&mut resident, key.strip_prefix("drm-resident-"), value);
                add(&mut memory, key.strip_prefix("drm-memory-"), value);
            }
        }
    }
    let device = device.or(driver)?.to_owned();
    Some((Client { device, id: id? }, resident.or(memory)?))
}

/// Adds the memory of a region.
fn add(sum: &mut Option<Bytes>, region: Option<&str>, value: &str) {
    if let (Some(region), Some(size)) = (region, size(value)) {
        let size = if region == "cpu" { Bytes(0) } else { size };
        *sum = Some(sum.unwrap_or_default().plus(size));
    }
}

/// `16384 KiB`, `2 MiB`, or bytes without a unit.
fn size(value: &str) -> Option<Bytes> {
    let (number, unit) = value.split_once(' ').unwrap_or((value, ""));
    let number: u64 = number.parse().ok()?;
    let scale = match unit.trim() {
        "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ => return None,
    };
    Some(Bytes(number.saturating_mul(scale)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As amdgpu writes it (Linux 6.1).
    const AMDGPU: &str = "pos:\t0\nflags:\t02100002\nmnt_id:\t26\nino:\t650\ndrm-driver:\tamdgpu\n\
        drm-client-id:\t31\ndrm-pdev:\t0000:03:00.0\npasid:\t32773\ndrm-memory-vram:\t524288 KiB\n\
        drm-memory-gtt: \t1024 KiB\ndrm-memory-cpu: \t4096 KiB\ndrm-engine-gfx:\t7304917 ns\n";
    /// As i915 writes it (Linux 6.8): the older keys stand beside the newer ones.
    const I915: &str = "pos:\t0\nflags:\t0100002\nmnt_id:\t28\nino:\t303\ndrm-driver:\ti915\ndrm-client-id:\t7\n\
        drm-pdev:\t0000:00:02.0\ndrm-total-system0:\t20480 KiB\ndrm-shared-system0:\t8 MiB\n\
        drm-active-system0:\t0\ndrm-resident-system0:\t16 MiB\ndrm-purgeable-system0:\t0\n\
        drm-memory-system0:\t999 MiB\ndrm-engine-render:\t9288864723 ns\n";

    fn client(device: &str, id: u64) -> Client {
        Client { device: device.to_owned(), id }
    }

    #[test]
    fn the_regions_of_a_device_are_added() {
        assert_eq!(parse(AMDGPU), Some((client("0000:03:00.0", 31), Bytes(513 << 20))));
        assert_eq!(parse(I915), Some((client("0000:00:02.0", 7), Bytes(16 << 20))));
    }

    #[test]
    fn a_device_without_a_bus_has_the_name_of_its_driver() {
        let text = "drm-driver:\tpanfrost\ndrm-client-id:\t3\ndrm-resident-memory:\t2048\n";
        assert_eq!(parse(text), Some((client("panfrost", 3), Bytes(2048))));
    }

    #[test]
    fn other_files_have_no_client() {
        for text in [
            "",
            "pos:\t0\nflags:\t02\nmnt_id:\t9\n",
            // A driver that reports no memory.
            "drm-driver:\tnvidia-drm\ndrm-client-id:\t4\ndrm-pdev:\t0000:01:00.0\n",
            "drm-driver:\tx\ndrm-resident-vram:\t1 KiB\n",
            "drm-driver:\tx\ndrm-client-id:\t1\ndrm-resident-vram:\t-1 KiB\n",
            "drm-driver:\tx\ndrm-client-id:\t1\ndrm-resident-vram:\t1 parsec\n",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        let huge = format!("drm-driver:\tx\ndrm-client-id:\t1\ndrm-resident-vram:\t{} MiB\n", u64::MAX);
        assert_eq!(parse(&huge).map(|(_, size)| size), Some(Bytes(u64::MAX)));
    }
}
