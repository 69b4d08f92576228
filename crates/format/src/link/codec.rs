//! Codec `d`: deflate after a preset dictionary, then base64url.
//!
//! The dictionary brings JSON near the size of a binary format. It is **frozen**: every
//! link ever made needs it to the byte. A better one gets a letter of its own.

use base64ct::{Base64UrlUnpadded, Encoding};
use lambdarium_sim::limits;
use miniz_oxide::deflate::core::deflate_flags::TDEFL_FORCE_ALL_STATIC_BLOCKS;
use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::Problem;

/// How links name this codec.
pub(super) const LETTER: &str = "d";
/// The same codec, for a run that needs a simulator with events: who starts a program for
/// such a link knows which one, without reading it.
pub(super) const LETTER_EVENTS: &str = "e";

/// Field names and values that are common in scenarios, the commonest last.
const DICTIONARY: &[u8] = include_bytes!("dictionary-d.txt");

/// Packs a text.
pub(super) fn pack(text: &str) -> String {
    // Short texts do better with fixed codes, long ones with codes of their own.
    let [own, fixed] =
        [0, TDEFL_FORCE_ALL_STATIC_BLOCKS].map(|flags| deflate(text, flags));
    Base64UrlUnpadded::encode_string(if fixed.len() <= own.len() { &fixed } else { &own })
}

/// The output for the dictionary ends at a whole byte and is dropped.
fn deflate(text: &str, flags: u32) -> Vec<u8> {
    let level = create_comp_flags_from_zip_params(10, 0, 0);
    let mut compressor = CompressorOxide::new(level | flags);
    let mut out = Vec::new();
    compress_to_output(&mut compressor, DICTIONARY, TDEFLFlush::Sync, |_| true);
    compress_to_output(&mut compressor, text.as_bytes(), TDEFLFlush::Finish, |bytes| {
        out.extend_from_slice(bytes);
        true
    });
    out
}

/// Unpacks a text of limited size.
pub(super) fn unpack(packed: &str) -> Result<String, Problem> {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    // Cut somewhere, the letters that are left seldom end as an encoding does.
    let problem =
        if packed.bytes().all(letters) { Problem::Damaged } else { Problem::Base64 };
    let packed = Base64UrlUnpadded::decode_vec(packed).map_err(|_| problem)?;
    let text = inflate(&packed)?;
    String::from_utf8(text).map_err(|_| Problem::Damaged)
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, Problem> {
    let most = DICTIONARY.len() + limits::SCENARIO_BYTES_MAX;
    let mut out = DICTIONARY.to_vec();
    out.resize(DICTIONARY.len() + 4 * packed.len() + 64, 0);
    let mut decompressor = DecompressorOxide::new();
    let (mut read, mut written) = (0, DICTIONARY.len());
    loop {
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let rest = &packed[read..];
        let (status, took, gave) =
            decompress(&mut decompressor, rest, &mut out, written, flags);
        read += took;
        written += gave;
        if written > most {
            return Err(Problem::TooLarge);
        }
        match status {
            TINFLStatus::Done if read == packed.len() => break,
            // One byte over the limit is enough to know that it is over.
            TINFLStatus::HasMoreOutput => {
                let length = (out.len() * 2).min(most + 1);
                if length == out.len() {
                    return Err(Problem::TooLarge);
                }
                out.resize(length, 0);
            }
            _ => return Err(Problem::Damaged),
        }
    }
    out.truncate(written);
    Ok(out.split_off(DICTIONARY.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_frozen() {
        // Links made before a change could no longer be opened: take another letter.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in DICTIONARY {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
        assert_eq!((DICTIONARY.len(), hash), (6155, 2129160969024724190));
    }

    #[test]
    fn texts_of_any_length_come_back() {
        for count in [0, 1, 2, 100, 10_000, 100_000] {
            let text: String =
                (0..count).map(|at: u32| format!("{},", at % 977 * at % 991)).collect();
            assert_eq!(unpack(&pack(&text)).as_deref(), Ok(text.as_str()));
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let most = "a".repeat(limits::SCENARIO_BYTES_MAX);
        assert_eq!(unpack(&pack(&most)), Ok(most.clone()));
        for over in [1, 2, 10_000_000] {
            let bomb = most.clone() + &"a".repeat(over);
            assert_eq!(unpack(&pack(&bomb)), Err(Problem::TooLarge), "{over}");
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let packed = pack("{\"lambdarium\":1,\"title\":\"Überlast\",\"functions\":{}}");
        for length in 0..packed.len() {
            assert_eq!(unpack(&packed[..length]), Err(Problem::Damaged), "{length}");
        }
    }
}
