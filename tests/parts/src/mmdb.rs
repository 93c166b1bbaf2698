//! A MaxMind DB, written from a list of networks: the format of version 2.0 in its plainest form, with records of 32 bits and
//! no data twice. <https://maxmind.github.io/MaxMind-DB/>

use std::net::{IpAddr, Ipv6Addr};

/// What begins the metadata.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// Zero bytes between the tree and the data.
const GAP: u32 = 16;

/// A value of the file.
pub enum Value {
    /// A text.
    Text(&'static str),
    /// A number of 64 bits.
    Double(f64),
    /// An unsigned number of 16 bits.
    Short(u16),
    /// An unsigned number of 32 bits.
    Long(u32),
    /// An unsigned number of 64 bits.
    Longer(u64),
    /// Values by name.
    Map(Vec<(&'static str, Value)>),
    /// Values in order.
    List(Vec<Value>),
}

/// What a bit of an address leads to.
#[derive(Clone, Copy)]
enum Record {
    Nothing,
    Node(usize),
    Data(u32),
}

/// The entry of a city as GeoIP2 has it.
pub fn city(country: &'static str, name: &'static str, (latitude, longitude): (f64, f64)) -> Value {
    Value::Map(vec![
        (
            "city",
            Value::Map(vec![("names", Value::Map(vec![("de", Value::Text("anders")), ("en", Value::Text(name))]))]),
        ),
        ("country", Value::Map(vec![("iso_code", Value::Text(country))])),
        ("location", Value::Map(vec![("latitude", Value::Double(latitude)), ("longitude", Value::Double(longitude))])),
    ])
}

/// The bytes of a file with an entry for each network: address, length of the prefix, value.
pub fn write(networks: &[(IpAddr, u8, Value)]) -> Vec<u8> {
    let (mut tree, mut data) = (vec![[Record::Nothing; 2]], Vec::new());
    for (address, length, value) in networks {
        let offset = u32::try_from(data.len()).expect("a small file");
        encode(value, &mut data);
        insert(&mut tree, bits(*address, *length), offset);
    }
    let nodes = u32::try_from(tree.len()).expect("a small file");
    let mut file = Vec::new();
    for record in tree.iter().flatten() {
        let number = match record {
            Record::Nothing => nodes,
            Record::Node(index) => u32::try_from(*index).expect("a small file"),
            Record::Data(offset) => nodes + GAP + offset,
        };
        file.extend(number.to_be_bytes());
    }
    file.extend([0; GAP as usize]);
    file.extend(data);
    file.extend(MARKER);
    let metadata = Value::Map(vec![
        ("binary_format_major_version", Value::Short(2)),
        ("binary_format_minor_version", Value::Short(0)),
        ("build_epoch", Value::Longer(1_800_000_000)),
        ("database_type", Value::Text("Test-City")),
        ("description", Value::Map(vec![("en", Value::Text("Networks of documentation"))])),
        ("ip_version", Value::Short(6)),
        ("languages", Value::List(vec![Value::Text("en")])),
        ("node_count", Value::Long(nodes)),
        ("record_size", Value::Short(32)),
    ]);
    encode(&metadata, &mut file);
    file
}

/// The bits of a prefix, the first one first; IPv4 stands below `::/96`.
fn bits(address: IpAddr, length: u8) -> Vec<usize> {
    let (number, length) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), length + 96),
        IpAddr::V6(address) => (u128::from(address), length),
    };
    let address = Ipv6Addr::from(number);
    (0..length).map(|at| usize::from((address.octets()[usize::from(at / 8)] >> (7 - at % 8)) & 1)).collect()
}

fn insert(tree: &mut Vec<[Record; 2]>, bits: Vec<usize>, offset: u32) {
    let (last, before) = bits.split_last().expect("a prefix of at least one bit");
    let mut node = 0;
    for bit in before {
        node = match tree[node][*bit] {
            Record::Node(next) => next,
            Record::Nothing | Record::Data(_) => {
                tree.push([Record::Nothing; 2]);
                let next = tree.len() - 1;
                tree[node][*bit] = Record::Node(next);
                next
            }
        };
    }
    tree[node][*last] = Record::Data(offset);
}

fn encode(value: &Value, to: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            control(2, text.len(), to);
            to.extend(text.bytes());
        }
        Value::Double(number) => {
            control(3, 8, to);
            to.extend(number.to_be_bytes());
        }
        Value::Short(number) => {
            control(5, 2, to);
            to.extend(number.to_be_bytes());
        }
        Value::Long(number) => {
            control(6, 4, to);
            to.extend(number.to_be_bytes());
        }
        Value::Longer(number) => {
            control(9, 8, to);
            to.extend(number.to_be_bytes());
        }
        Value::Map(members) => {
            control(7, members.len(), to);
            for (name, member) in members {
                encode(&Value::Text(name), to);
                encode(member, to);
            }
        }
        Value::List(entries) => {
            control(11, entries.len(), to);
            entries.iter().for_each(|entry| encode(entry, to));
        }
    }
}

/// The byte before a value: its type, or 0 and the type in a byte of its own, and its size below 29.
fn control(kind: u8, size: usize, to: &mut Vec<u8>) {
    let size = u8::try_from(size).ok().filter(|size| *size < 29).expect("a small value");
    match kind {
        0..8 => to.push(kind << 5 | size),
        _ => to.extend([size, kind - 7]),
    }
}
