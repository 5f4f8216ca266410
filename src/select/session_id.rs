//! Which session a person means by a number, an id or a part of one.
//!
//! Forms are tried from the most to the least exact, and the first that fits anything decides:
//! number as listed, whole `@id`, its tail (`name`, `name.initialSeq`), `socket-socket` in either
//! order, start of an id or name, any part of one.

/// The names by which a session can be called.
#[derive(Clone, Debug)]
pub struct SessionNames {
    /// Its `@id`.
    pub id: String,
    /// Its `name`.
    pub name: String,
    /// Socket of its client.
    pub client: String,
    /// Socket of its server.
    pub server: String,
}

/// Why a session was not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// Several sessions fit.
    #[error("session '{wanted}' is ambiguous: {} sessions fit", candidates.len())]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// Positions of the sessions that fit.
        candidates: Vec<usize>,
    },
    /// No session fits.
    #[error("no session '{wanted}' among {total}")]
    NotFound {
        /// What was asked for.
        wanted: String,
        /// How many sessions there are.
        total: usize,
        /// Position of the session whose names are most like it.
        closest: Option<usize>,
    },
}

/// The position of the session that `wanted` means.
///
/// # Errors
///
/// Fails when no session fits, or several do.
pub fn find_session(wanted: &str, sessions: &[SessionNames]) -> Result<usize, FindError> {
    let number = wanted.strip_prefix('#').unwrap_or(wanted);
    let position = number
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_sub(1));
    if let Some(position) = position.filter(|position| *position < sessions.len()) {
        return Ok(position);
    }
    for fits in FORMS {
        let mut found = positions(sessions, |names| !wanted.is_empty() && fits(names, wanted));
        match found.len() {
            0 => {}
            1 => return found.pop().ok_or_else(|| not_found(wanted, sessions)),
            2.. => {
                return Err(FindError::Ambiguous {
                    wanted: wanted.to_owned(),
                    candidates: found,
                });
            }
        }
    }
    Err(not_found(wanted, sessions))
}

type Form = fn(&SessionNames, &str) -> bool;

const FORMS: [Form; 5] = [is_whole, is_tail, is_sockets, is_start, is_part];

fn is_whole(names: &SessionNames, wanted: &str) -> bool {
    names.id == wanted
}

fn is_tail(names: &SessionNames, wanted: &str) -> bool {
    let head = names.id.strip_suffix(wanted);
    names.name == wanted
        || head.is_some_and(|head| head.ends_with('.') && wanted.starts_with(&names.name))
}

fn is_sockets(names: &SessionNames, wanted: &str) -> bool {
    let joins = |left: &str, right: &str| {
        let rest = wanted
            .strip_prefix(left)
            .and_then(|rest| rest.strip_prefix('-'));
        rest == Some(right)
    };
    joins(&names.client, &names.server) || joins(&names.server, &names.client)
}

fn is_start(names: &SessionNames, wanted: &str) -> bool {
    names.id.starts_with(wanted) || names.name.starts_with(wanted)
}

fn is_part(names: &SessionNames, wanted: &str) -> bool {
    names.id.contains(wanted) || names.client.contains(wanted) || names.server.contains(wanted)
}

fn positions(sessions: &[SessionNames], fits: impl Fn(&SessionNames) -> bool) -> Vec<usize> {
    let all = sessions.iter().enumerate();
    all.filter(|(_, names)| fits(names))
        .map(|(at, _)| at)
        .collect()
}

fn not_found(wanted: &str, sessions: &[SessionNames]) -> FindError {
    let distance = |names: &SessionNames| {
        let sockets = format!("{}-{}", names.client, names.server);
        let known = [names.id.as_str(), names.name.as_str(), sockets.as_str()];
        let distances = known.map(|name| strsim::levenshtein(name, wanted));
        distances.into_iter().min().unwrap_or(usize::MAX)
    };
    // Comparing takes time by the square of the length: beyond this a suggestion is not worth it.
    let is_cheap = sessions.len() <= MAX_COMPARED && wanted.len() <= MAX_WANTED_BYTES;
    let compared = if is_cheap { sessions } else { &[] };
    FindError::NotFound {
        wanted: wanted.to_owned(),
        total: sessions.len(),
        closest: (0..compared.len()).min_by_key(|at| compared.get(*at).map(distance)),
    }
}

const MAX_COMPARED: usize = 20_000;
const MAX_WANTED_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn session(client: &str, server: &str, seq: u32) -> SessionNames {
        let name = format!(
            "473686.{}-{}",
            client.replace(':', "-"),
            server.replace(':', "-")
        );
        SessionNames {
            id: format!("offline.day1.{name}.{seq}"),
            name,
            client: client.to_owned(),
            server: server.to_owned(),
        }
    }

    fn sessions() -> Vec<SessionNames> {
        vec![
            session("10.0.0.1:5000", "10.0.0.9:80", 111),
            session("10.0.0.1:5001", "10.0.0.9:80", 222),
            session("10.0.0.1:5001", "10.0.0.9:80", 1222),
            session("[::1]:7000", "[::2]:443", 333),
        ]
    }

    #[test]
    fn every_form_finds_its_session() {
        for (wanted, expect) in [
            ("#1", 0),
            ("4", 3),
            ("offline.day1.473686.10.0.0.1-5000-10.0.0.9-80.111", 0),
            ("473686.10.0.0.1-5001-10.0.0.9-80.222", 1),
            ("473686.10.0.0.1-5000-10.0.0.9-80", 0),
            ("10.0.0.1:5000-10.0.0.9:80", 0),
            ("[::2]:443-[::1]:7000", 3),
            ("473686.10.0.0.1-5000", 0),
            ("5000", 0),
            (".1222", 2),
            ("[::1]", 3),
        ] {
            assert_eq!(find_session(wanted, &sessions()), Ok(expect), "{wanted}");
        }
    }

    #[test]
    fn ambiguity_lists_its_candidates() {
        for wanted in ["10.0.0.1:5001-10.0.0.9:80", "5001"] {
            let error = find_session(wanted, &sessions()).unwrap_err();
            let candidates = vec![1, 2];
            let wanted = wanted.to_owned();
            assert_eq!(error, FindError::Ambiguous { wanted, candidates });
        }
    }

    #[test]
    fn nothing_found_names_the_closest() {
        let error = find_session("[::1]:7001-[::2]:443", &sessions()).unwrap_err();
        assert!(matches!(
            error,
            FindError::NotFound {
                closest: Some(3),
                total: 4,
                ..
            }
        ));
        assert!(matches!(
            find_session("#9", &sessions()),
            Err(FindError::NotFound { .. })
        ));
        assert!(matches!(
            find_session("", &[]),
            Err(FindError::NotFound { closest: None, .. })
        ));
    }
}
