//! Who finds a place: in a full room, from a crowded address, coming back.

use super::*;

/// From that address.
fn arrival_from(address: [u8; 4], number: u8) -> Arrival {
    let mut connection = FourTuple::default();
    connection.client.ip = address.into();
    Arrival::new(connection, View::Text, token(number))
}

#[test]
fn a_full_room_takes_its_own_members_back() {
    let mut room = limited(false, |limits| limits.sessions = 2);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    let claim = |number, of: Token| {
        let mut arrival = Arrival::new(FourTuple::default(), View::Objects, token(number));
        arrival.resume = Some((of, Replay::Missed));
        arrival
    };
    assert!(room.connect(&claim(3, token(9)), at(1)).is_err());
    let heir = room.connect(&claim(4, token(1)), at(1)).expect("a place");
    room.disconnect(ana, DisconnectReason::TakenOver, None, at(1));
    assert_eq!(room.effects().moved, [(heir, ana)]);
    assert_eq!(room.connected(), 2);
    // A token opens no door for a crowd.
    let crowd: Vec<SessionId> = (10..200)
        .filter_map(|number| room.connect(&claim(number, token(2)), at(1)).ok())
        .collect();
    assert_eq!(crowd.len(), 2 * crate::chat::limits::SPARE_SESSIONS);
    assert_eq!(room.closing_reason(bob), Some(DisconnectReason::TakenOver));
    // All but the last are asked to leave, and are heard no more.
    let (last, outrun) = crowd.split_last().expect("a crowd");
    for &id in outrun {
        assert_eq!(room.closing_reason(id), Some(DisconnectReason::TakenOver));
        say(&mut room, id, "me too", at(1));
        assert!(take(&mut room, id, at(1)).contains("the room is full (2 sessions)"));
        room.disconnect(id, DisconnectReason::TakenOver, None, at(1));
    }
    assert_eq!(room.closing_reason(*last), None);
    let lines = room.counters().lines;
    room.disconnect(bob, DisconnectReason::TakenOver, None, at(1));
    assert_eq!((room.connected(), room.counters().lines), (2, lines));
    assert_eq!(room.resumable(), 0);
}

/// Those who went and come back have places of their own, and so has, for a moment, who takes over a connection.
#[test]
fn a_full_room_has_bounded_places_for_those_who_went() {
    let mut room = limited(false, |limits| limits.sessions = 40);
    let back = |room: &mut Room, number: u8| {
        let mut arrival = Arrival::new(FourTuple::default(), View::Text, token(100 + number));
        arrival.resume = Some((token(number), Replay::Missed));
        room.connect(&arrival, at(2))
    };
    for number in 0..40 {
        let id = settled(&mut room, number + 1);
        room.disconnect(id, DisconnectReason::ClientReset, None, at(1));
    }
    for number in 50..90 {
        settled(&mut room, number);
    }
    let returned = (0..40).filter(|number| back(&mut room, number + 1).is_ok());
    let returned = returned.count();
    assert_eq!(returned, crate::chat::limits::SPARE_SESSIONS);
    assert!(back(&mut room, 50).is_ok(), "a takeover makes its own room");
}

#[test]
fn one_address_takes_so_many_places_and_comes_back_all_the_same() {
    let mut room = limited(false, |limits| limits.per_address = 2);
    let [stranger, other, here] = [[192, 0, 2, 1], [192, 0, 2, 2], [127, 0, 0, 1]];
    let come =
        |room: &mut Room, address, number| room.connect(&arrival_from(address, number), at(1));
    let first = come(&mut room, stranger, 1).expect("a place");
    come(&mut room, stranger, 2).expect("a place");
    assert_eq!(come(&mut room, stranger, 3), Err(RoomFull::Address(2)));
    come(&mut room, other, 4).expect("a place for another address");
    for number in 5..15 {
        come(&mut room, here, number).expect("a place for this machine");
    }
    // Who goes leaves a place, and comes back also where that is taken.
    room.disconnect(first, DisconnectReason::ClientClosed, None, at(2));
    come(&mut room, stranger, 15).expect("the place left");
    assert_eq!(come(&mut room, stranger, 16), Err(RoomFull::Address(2)));
    let mut back = arrival_from(stranger, 17);
    back.resume = Some((token(1), Replay::Missed));
    room.connect(&back, at(3)).expect("a place to come back to");
    assert_eq!(
        room.effects().moved.last().map(|moved| moved.1),
        Some(first)
    );
}

#[test]
fn a_token_is_no_way_around_the_bound_of_an_address() {
    let mut room = limited(false, |limits| limits.per_address = 1);
    let stranger = [192, 0, 2, 1];
    room.connect(&arrival_from(stranger, 1), at(1))
        .expect("a place");
    for number in 2..100 {
        let mut claim = arrival_from(stranger, number);
        claim.resume = Some((token(1), Replay::Missed));
        let _ = room.connect(&claim, at(1));
    }
    // All but the last were outrun, and are asked to leave.
    let leaving = |id: &&SessionId| room.closing_reason(**id).is_some();
    let ids: Vec<SessionId> = (1..100).map(SessionId).collect();
    let here = room.connected();
    assert!(here < 40, "{here} sessions");
    assert_eq!(ids.iter().filter(leaving).count(), here - 1);
}
