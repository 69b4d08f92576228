//! The items of a DynamoDB table, as far as its stream tells of them.
//!
//! Units: sizes are in bytes, as DynamoDB counts those of items.
//! Rules: DDS-03 (one record for each change, none where nothing changes), DDS-04 (items
//! that expire).

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::text::compact;
use crate::value::Value;

choices! {
    /// What a record of a table's stream shows of the item.
    View {
        /// Its key.
        KeysOnly "KEYS_ONLY",
        /// The item after the change.
        NewImage "NEW_IMAGE",
        /// The item before the change.
        OldImage "OLD_IMAGE",
        /// Both.
        NewAndOldImages "NEW_AND_OLD_IMAGES",
    }
}

impl View {
    /// Whether it shows the item after the change.
    #[must_use]
    pub const fn shows_new(self) -> bool {
        matches!(self, Self::NewImage | Self::NewAndOldImages)
    }

    /// Whether it shows the item before the change.
    #[must_use]
    pub const fn shows_old(self) -> bool {
        matches!(self, Self::OldImage | Self::NewAndOldImages)
    }
}

choices! {
    /// What has happened to an item.
    ChangeKind {
        /// It is new.
        Insert "INSERT",
        /// It is another than before.
        Modify "MODIFY",
        /// It is gone.
        Remove "REMOVE",
    }
}

/// A change of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What has happened.
    pub kind: ChangeKind,
    /// The item's key.
    pub keys: Value,
    /// The key as text.
    pub key_text: String,
    /// The item before; none for a new one.
    pub old: Option<Rc<Value>>,
    /// The item after; none for one that is gone.
    pub new: Option<Rc<Value>>,
    /// Whether the item had expired.
    pub by_ttl: bool,
    /// What it takes in the stream with both images.
    pub bytes: u64,
}

impl Change {
    /// The key and the images that a view shows, by their names in a record.
    pub fn images(&self, view: View) -> impl Iterator<Item = (&'static str, &Value)> {
        let new = self.new.as_deref().filter(|_| view.shows_new());
        let old = self.old.as_deref().filter(|_| view.shows_old());
        let images = [("Keys", Some(&self.keys)), ("NewImage", new), ("OldImage", old)];
        images.into_iter().filter_map(|(name, image)| Some((name, image?)))
    }

    /// What a record says of its size.
    #[must_use]
    pub fn size(&self, view: View) -> u64 {
        self.images(view).map(|(_, image)| item_bytes(image)).sum()
    }
}

/// A write to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// The item with this key becomes this one: an object of attributes such as
    /// `{"id": {"S": "a"}}`.
    Put(Value),
    /// Only these attributes of the item become others; without the item, it is made.
    Update(Value),
    /// The item with this key is removed.
    Delete(Value),
    /// The item with this key has expired, and is removed.
    Expire(Value),
}

/// Why a write is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// An attribute of the key is missing: HTTP 400.
    Missing,
}

/// The items of a table, by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    items: BTreeMap<String, Rc<Value>>,
}

impl Table {
    /// The item with this key.
    #[must_use]
    pub fn item(&self, key: &Value) -> Option<&Value> {
        self.items.get(&compact(key)).map(|item| &**item)
    }

    /// Carries out a write and says what it has changed, if it has changed anything.
    /// `schema` names the attributes of the key: the partition key, then the sort key if
    /// there is one.
    ///
    /// # Errors
    /// When the key is not complete.
    pub fn write(
        &mut self,
        schema: &[String],
        write: &Write,
    ) -> Result<Option<Change>, NoKey> {
        let (Write::Put(given)
        | Write::Update(given)
        | Write::Delete(given)
        | Write::Expire(given)) = write;
        let keys = key_of(schema, given).ok_or(NoKey::Missing)?;
        let key_text = compact(&keys);
        let old = self.items.get(&key_text).cloned();
        let new = match write {
            Write::Put(item) => Some(Rc::new(item.clone())),
            Write::Update(item) => Some(Rc::new(updated(old.as_deref(), item))),
            Write::Delete(_) | Write::Expire(_) => None,
        };
        let kind = match (&old, &new) {
            (None, None) => return Ok(None),
            (None, Some(_)) => ChangeKind::Insert,
            (Some(old), Some(new)) if is_same(old, new) => return Ok(None),
            (Some(_), Some(_)) => ChangeKind::Modify,
            (Some(_), None) => ChangeKind::Remove,
        };
        match &new {
            Some(item) => self.items.insert(key_text.clone(), Rc::clone(item)),
            None => self.items.remove(&key_text),
        };
        let by_ttl = matches!(write, Write::Expire(_));
        let mut change = Change { kind, keys, key_text, old, new, by_ttl, bytes: 0 };
        change.bytes = change.size(View::NewAndOldImages);
        Ok(Some(change))
    }
}

/// The attributes of the key, in the order of the schema.
fn key_of(schema: &[String], given: &Value) -> Option<Value> {
    let keys: Option<Vec<(String, Value)>> = schema
        .iter()
        .map(|name| Some((name.clone(), given.get(name)?.clone())))
        .collect();
    keys.map(Value::Object)
}

/// The item with some attributes given anew.
fn updated(old: Option<&Value>, given: &Value) -> Value {
    let mut item = old.map_or(Vec::new(), |old| members(old).to_vec());
    for (name, value) in members(given) {
        match item.iter_mut().find(|member| member.0 == *name) {
            Some(member) => member.1 = value.clone(),
            None => item.push((name.clone(), value.clone())),
        }
    }
    Value::Object(item)
}

/// Whether two items are the same; the order of their attributes says nothing.
fn is_same(a: &Value, b: &Value) -> bool {
    let (a, b) = (members(a), members(b));
    a.len() == b.len() && a.iter().all(|member| b.contains(member))
}

fn members(value: &Value) -> &[(String, Value)] {
    match value {
        Value::Object(members) => members,
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => &[],
    }
}

/// The size of an item: names and values of its attributes.
fn item_bytes(item: &Value) -> u64 {
    let attribute =
        |(name, value): &(String, Value)| name.len() as u64 + attribute_bytes(value);
    members(item).iter().map(attribute).sum()
}

/// The size of a value such as `{"S": "a"}`: bytes of text, two digits of a number in a
/// byte and one more, three bytes for a list or map and one for each thing in it.
fn attribute_bytes(value: &Value) -> u64 {
    let Some((kind, inner)) = members(value).first() else { return value.bytes() };
    let text = |value: &Value| value.as_text().map_or(0, |text| text.len() as u64);
    let number = |value: &Value| text(value).div_ceil(2) + 1;
    let binary = |value: &Value| text(value) / 4 * 3;
    let sum = |size: &dyn Fn(&Value) -> u64| match inner {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Object(_) => 0,
    };
    match kind.as_str() {
        "S" => text(inner),
        "N" => number(inner),
        "B" => binary(inner),
        "BOOL" | "NULL" => 1,
        "SS" => sum(&text),
        "NS" => sum(&number),
        "BS" => sum(&binary),
        "L" => 3 + sum(&|item| 1 + attribute_bytes(item)),
        "M" => 3 + members(inner).len() as u64 + item_bytes(inner),
        _ => value.bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn text(text: &str) -> Value {
        Value::object([("S", Value::text(text))])
    }

    fn item(id: &str, colour: &str) -> Value {
        Value::object([("id", text(id)), ("colour", text(colour))])
    }

    #[test]
    fn a_write_that_changes_nothing_is_no_change() {
        let schema = vec![String::from("id")];
        let key = Value::object([("id", text("a"))]);
        let mut table = Table::default();
        let other_order = Value::object([("colour", text("red")), ("id", text("a"))]);
        let writes = [
            (Write::Delete(key.clone()), None),
            (Write::Put(item("a", "red")), Some(ChangeKind::Insert)),
            (Write::Put(item("a", "red")), None),
            (Write::Put(other_order), None),
            (Write::Update(item("a", "red")), None),
            (Write::Update(key.clone()), None),
            (Write::Update(item("a", "blue")), Some(ChangeKind::Modify)),
            (Write::Put(item("b", "red")), Some(ChangeKind::Insert)),
            (Write::Expire(key.clone()), Some(ChangeKind::Remove)),
            (Write::Expire(key.clone()), None),
        ];
        for (write, expected) in writes {
            let change = table.write(&schema, &write).expect("a key");
            assert_eq!(change.as_ref().map(|change| change.kind), expected, "{write:?}");
            let by_ttl = matches!(write, Write::Expire(_)) && expected.is_some();
            assert_eq!(change.is_some_and(|change| change.by_ttl), by_ttl);
        }
        assert_eq!(table.item(&key), None);
        let other = Value::object([("id", text("b"))]);
        assert_eq!(table.item(&other), Some(&item("b", "red")));
        let no_key = table.write(&schema, &Write::Put(Value::object([])));
        assert_eq!(no_key, Err(NoKey::Missing));
    }

    #[test]
    fn views_show_what_they_are_to_show() {
        let schema = vec![String::from("id")];
        let mut table = Table::default();
        let mut write = |item| table.write(&schema, &Write::Put(item)).expect("a key");
        write(item("a", "red"));
        let change = write(item("a", "blue")).expect("another colour");
        let names = |view| change.images(view).map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(View::KeysOnly), ["Keys"]);
        assert_eq!(names(View::NewImage), ["Keys", "NewImage"]);
        assert_eq!(names(View::OldImage), ["Keys", "OldImage"]);
        assert_eq!(names(View::NewAndOldImages), ["Keys", "NewImage", "OldImage"]);
        assert_eq!(change.size(View::KeysOnly), 3);
        assert_eq!(change.size(View::NewImage), 3 + 3 + 10);
    }

    #[test]
    fn attributes_have_the_sizes_of_dynamodb() {
        let list = Value::List(vec![text("ab"), text("c")]);
        let map = Value::object([("k", text("v"))]);
        for (value, bytes) in [
            (Value::object([("N", Value::text("12345"))]), 4),
            (Value::object([("BOOL", Value::Bool(true))]), 1),
            (Value::object([("B", Value::text("Zm9vYmFy"))]), 6),
            (Value::object([("L", list)]), 3 + 3 + 2),
            (Value::object([("M", map)]), 3 + 1 + 2),
        ] {
            assert_eq!(attribute_bytes(&value), bytes, "{value:?}");
        }
    }
}
