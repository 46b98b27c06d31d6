-- What is known, as `tracing_from_scratch.sql` takes it.

CREATE TEMPORARY TABLE raw_areas (code text, parent text);
CREATE TEMPORARY TABLE raw_stations (id text, area text, is_road integer);
CREATE TEMPORARY TABLE raw_records (id text, scan text, at bigint, scanned_at bigint, station text, pass text, is_doubtful integer, is_void integer, coming_from text);
CREATE TEMPORARY TABLE raw_ticks (record text, place integer);
CREATE TEMPORARY TABLE raw_lodgings (record text, place integer, area text);
CREATE TEMPORARY TABLE raw_clocks (station text, from_at bigint, to_at bigint, offset_us bigint);
CREATE TEMPORARY TABLE raw_passes (name text, origin text);
CREATE TEMPORARY TABLE raw_crews (pass text, place integer, person text);
CREATE TEMPORARY TABLE raw_lines (id text, person text, at bigint, area text, site text, is_road integer, stay text);
CREATE TEMPORARY TABLE raw_merges (person text, into_person text);
CREATE TEMPORARY TABLE raw_corrections (number integer, person text, at bigint, area text);
CREATE TEMPORARY TABLE raw_residences (person text, area text);
CREATE TEMPORARY TABLE raw_zones (id text, starts_at bigint, ends_at bigint, passage integer, days integer, is_withdrawn integer);
CREATE TEMPORARY TABLE raw_zone_areas (zone text, area text);
CREATE TEMPORARY TABLE raw_zone_sites (zone text, site text);
