-- "Everybody was asked" is said once per judgement, not once per round: what was said is the newest judgement's.
update takedown.ladder_step s
set key = 'exhausted:' || n.ms
from (
  select item, round, floor(extract(epoch from max(assessed_at)) * 1000)::bigint as ms
  from takedown.notice where purpose = 'removal' group by item, round
) n
where s.item = n.item and s.round = n.round and s.key = 'exhausted';
