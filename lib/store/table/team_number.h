/*
 * A team among the values of dimensions, which are numbers of eight bytes: the last eight of its
 * id, which are chosen at random (UUIDv7). Big-endian, as bytes of SQL.
 */
#ifndef BATON_STORE_TEAM_NUMBER_H
#define BATON_STORE_TEAM_NUMBER_H

#define TEAM_NUMBER(team) "substr(uuid_send(" team "), 9)"

/** The same as int8. */
#define TEAM_NUMBER_INT8(team) "('x' || encode(" TEAM_NUMBER(team) ", 'hex'))::bit(64)::int8"

#endif
