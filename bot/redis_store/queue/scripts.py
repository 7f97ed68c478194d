"""The scripts of inbox and outbox: what must change together does so in one step, within one partition."""

from __future__ import annotations

# KEYS: seen mark as it was before 2027, inbox stream, closed mark, set of marks that takes new ones, all sets of marks; ARGV:
# seconds to keep the set, most that may wait, the message, its mark
ACCEPT = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 5, #KEYS do if redis.call('SISMEMBER', KEYS[i], ARGV[4]) == 1 then return 0 end end
local closed = redis.call('GET', KEYS[3])
if closed then return closed end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[2]) then return -1 end
redis.call('SADD', KEYS[4], ARGV[4])
redis.call('EXPIRE', KEYS[4], ARGV[1])
redis.call('XADD', KEYS[2], '*', 'json', ARGV[3])
return 1
"""

# KEYS: a record or mark with a key of its own, sets of marks; ARGV: the mark
KNOWN = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
for i = 2, #KEYS do if redis.call('SISMEMBER', KEYS[i], ARGV[1]) == 1 then return 1 end end
return 0
"""

# KEYS: the message's record, outbox stream, closed mark, sets of marks; ARGV: seconds to keep, id, the message, whom it is for,
# its mark, how many sets; and facts
PUT = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 4, 3 + ARGV[6] do if redis.call('SISMEMBER', KEYS[i], ARGV[5]) == 1 then return 0 end end
local closed = redis.call('GET', KEYS[3])
if closed then return closed end
redis.call('HSET', KEYS[1], 'state', 'queued')
redis.call('HSET', KEYS[1], 'json', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[2], '*', 'id', ARGV[2], 'to', ARGV[4])
"""

# Takes a queued message for one sender (an id made anew for each try at a message, so that the same command sent twice is
# no second sender). One that is in ``sending`` already was with a sender that died, or with a gateway that does not know
# yet that it lost the partition: its fate is unknown, unless the channel can tell a repeat.
# KEYS: the message's record; ARGV: the sender, 1 when a repeat is harmless
CLAIM = """
local found = redis.call('HMGET', KEYS[1], 'state', 'sender', 'json')
local mine = found[1] == 'sending' and (found[2] == ARGV[1] or ARGV[2] == '1')
if found[1] ~= 'queued' and not mine then return {found[1] or 'gone', found[3] or ''} end
redis.call('HSET', KEYS[1], 'state', 'sending', 'sender', ARGV[1], 'rank', '1')
return {'claimed', found[3]}
"""

# What a sender learned. It counts while the message is the sender's own: in ``sending``, or found there by a gateway
# that took over and called it ``uncertain`` (a late certain answer is better). A report that was quicker stays.
# KEYS: the message's record; ARGV: sender, state, its rank, error, external ids, the message as kept from now on (or nothing);
# and facts
SETTLE = """
local found = redis.call('HMGET', KEYS[1], 'state', 'sender', 'rank')
if found[1] == false then return 0 end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'external', ARGV[5]) end
if found[2] ~= ARGV[1] or (found[1] ~= 'sending' and found[1] ~= 'uncertain') then return 0 end
if ARGV[2] == 'queued' and found[1] ~= 'sending' then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'rank', ARGV[3], 'error', ARGV[4])
if ARGV[2] == 'sent' or ARGV[2] == 'delivered' then redis.call('HDEL', KEYS[1], 'sender') end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'json', ARGV[6]) end
"""

# Its sender is not there any more: nobody knows whether the vendor took it.
# KEYS: the message's record; ARGV: rank, error; and facts
DOUBT = """
if redis.call('HGET', KEYS[1], 'state') ~= 'sending' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'uncertain', 'rank', ARGV[1], 'error', ARGV[2])
"""

# A delivery report never steps back: a late "sent" must not hide "delivered".
# KEYS: the message's record, those of which nothing more will come; ARGV: status, its rank, error, the moment when it is the
# last word (else nothing), id; and facts
REPORT = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local rank = tonumber(redis.call('HGET', KEYS[1], 'rank') or '0')
if tonumber(ARGV[2]) <= rank then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'rank', ARGV[2], 'error', ARGV[3])
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[2], ARGV[4], ARGV[5]) end
"""

# Its vendor has said the last word: a mark takes the place of the record, so that a repeat is still known. Not of one that came
# to another state meanwhile.
# KEYS: the message's record, those of which nothing more will come, the set of marks; ARGV: id, its mark, seconds to keep the
# set, the last words
SHRINK = """
local state = redis.call('HGET', KEYS[1], 'state')
redis.call('ZREM', KEYS[2], ARGV[1])
local last = false
for i = 4, #ARGV do last = last or state == ARGV[i] end
if not last then return 0 end
redis.call('SADD', KEYS[3], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[3])
redis.call('DEL', KEYS[1])
return 1
"""

# It certainly did not arrive, and may go now that the account is mended: behind what waits for its address, at most so often.
# KEYS: the message's record, outbox stream; ARGV: id, whom it is for, how often at most
AGAIN = """
if redis.call('HGET', KEYS[1], 'state') ~= 'failed' then return 0 end
if redis.call('HINCRBY', KEYS[1], 'again', 1) > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'state', 'queued', 'rank', '1')
redis.call('HDEL', KEYS[1], 'sender', 'external')
redis.call('XADD', KEYS[2], '*', 'id', ARGV[1], 'to', ARGV[2])
return 1
"""
