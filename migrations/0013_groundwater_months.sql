-- Months of groundwater sources were graded by the table of rivers: they are derived anew, by GB/T 14848.
insert into pending_days (medium, site_id, day)
select 'water', m.site_id, m.month from water_site_months m join sites s on s.id = m.site_id
 where s.kind = 'drinking-water-ground' order by 2, 3
on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at;
