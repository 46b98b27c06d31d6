-- The rules of tracing once more: from everything that is known at once, in plain SQL, with none of the issuer's code.
-- SQLite and PostgreSQL both understand it. Moments are microseconds since 1970; local time is seven hours ahead of UTC.
--
-- Given:   raw_areas (code, parent)                       raw_stations (id, area, is_road)
--          raw_records (id, scan, at, scanned_at, station, pass, is_doubtful, is_void, coming_from)
--          raw_ticks (record, place)                      raw_lodgings (record, place, area)
--          raw_clocks (station, from_at, to_at, offset_us)
--          raw_passes (name, origin)                      raw_crews (pass, place, person)
--          raw_lines (id, person, at, area, site, is_road, stay)
--          raw_merges (person, into_person)               raw_corrections (number, person, at, area)
--          raw_residences (person, area)
--          raw_zones (id, starts_at, ends_at, passage, days, is_withdrawn)
--          raw_zone_areas (zone, area)                    raw_zone_sites (zone, site)
-- Wanted:  expected (person, zone, first_at, last_at, due, stay, district)

CREATE TEMPORARY TABLE lineages AS
WITH RECURSIVE above (area, code) AS (
    SELECT code, code FROM raw_areas
    UNION ALL
    SELECT above.area, raw_areas.parent
    FROM above JOIN raw_areas ON raw_areas.code = above.code
    WHERE raw_areas.parent IS NOT NULL
)
SELECT area, code FROM above;

CREATE TEMPORARY TABLE districts AS
SELECT area, code AS district FROM lineages WHERE length(code) = 3;

CREATE INDEX districts_area ON districts (area);

-- Whom a person stands for, over however many merges.
CREATE TEMPORARY TABLE standing AS
WITH RECURSIVE steps (person, into_person) AS (
    SELECT person, into_person FROM raw_merges
    UNION ALL
    SELECT steps.person, raw_merges.into_person
    FROM steps JOIN raw_merges ON raw_merges.person = steps.into_person
)
SELECT person, into_person FROM steps WHERE into_person NOT IN (SELECT person FROM raw_merges);

-- The newest record of each scan, unless it takes the scan back; by the clock as it should have been.
CREATE TEMPORARY TABLE scans AS
SELECT
    said.id,
    said.scan,
    said.station,
    said.pass,
    said.is_doubtful,
    said.coming_from,
    said.scanned_at + COALESCE((
        SELECT CAST(SUM(raw_clocks.offset_us) AS bigint) FROM raw_clocks
        WHERE raw_clocks.station = said.station
            AND raw_clocks.from_at <= said.scanned_at AND said.scanned_at < raw_clocks.to_at
    ), 0) AS at
FROM raw_records AS said
WHERE said.is_void = 0 AND NOT EXISTS (
    SELECT 1 FROM raw_records AS newer
    WHERE newer.scan = said.scan AND (newer.at > said.at OR (newer.at = said.at AND newer.id > said.id))
);

CREATE TEMPORARY TABLE present AS
SELECT scans.scan, scans.id, raw_crews.place, raw_crews.person
FROM scans JOIN raw_crews ON raw_crews.pass = scans.pass
WHERE EXISTS (SELECT 1 FROM raw_ticks WHERE raw_ticks.record = scans.id AND raw_ticks.place = raw_crews.place)
    OR (scans.is_doubtful = 0 AND NOT EXISTS (SELECT 1 FROM raw_ticks WHERE raw_ticks.record = scans.id));

CREATE TEMPORARY TABLE moves AS
SELECT COALESCE(standing.into_person, named.person) AS person, named.at, named.area, named.site, named.is_road
FROM (
    SELECT present.person, scans.at, raw_stations.area, NULL AS site, raw_stations.is_road
    FROM present JOIN scans ON scans.scan = present.scan JOIN raw_stations ON raw_stations.id = scans.station
    UNION ALL
    SELECT present.person, scans.at, scans.coming_from, NULL, 0
    FROM present JOIN scans ON scans.scan = present.scan
    WHERE scans.coming_from IS NOT NULL
    UNION ALL
    SELECT present.person, scans.at, raw_passes.origin, NULL, 0
    FROM present JOIN scans ON scans.scan = present.scan JOIN raw_passes ON raw_passes.name = scans.pass
    WHERE NOT EXISTS (
        SELECT 1 FROM scans AS earlier
        WHERE earlier.pass = scans.pass
            AND (earlier.at < scans.at OR (earlier.at = scans.at AND earlier.scan < scans.scan))
    )
    UNION ALL
    SELECT person, at, area, site, is_road FROM raw_lines
) AS named
LEFT JOIN standing ON standing.person = named.person;

CREATE INDEX moves_area ON moves (area, at);
CREATE INDEX moves_site ON moves (site, at);
CREATE INDEX moves_person ON moves (person);

CREATE TEMPORARY TABLE exposed AS
SELECT person, zone, MIN(at) AS first_at, MAX(at) AS last_at, MAX(days) AS days
FROM (
    SELECT moves.person, moves.at, raw_zones.id AS zone, raw_zones.days
    FROM raw_zones
    JOIN raw_zone_areas ON raw_zone_areas.zone = raw_zones.id
    JOIN lineages ON lineages.code = raw_zone_areas.area
    JOIN moves ON moves.area = lineages.area
    WHERE raw_zones.is_withdrawn = 0 AND raw_zones.starts_at <= moves.at
        AND (raw_zones.ends_at IS NULL OR moves.at < raw_zones.ends_at)
        AND (raw_zones.passage = 1 OR moves.is_road = 0)
    UNION ALL
    SELECT moves.person, moves.at, raw_zones.id, raw_zones.days
    FROM raw_zones
    JOIN raw_zone_sites ON raw_zone_sites.zone = raw_zones.id
    JOIN moves ON moves.site = raw_zone_sites.site
    WHERE raw_zones.is_withdrawn = 0 AND raw_zones.starts_at <= moves.at
        AND (raw_zones.ends_at IS NULL OR moves.at < raw_zones.ends_at)
        AND (raw_zones.passage = 1 OR moves.is_road = 0)
) AS inside
GROUP BY person, zone;

-- Where somebody stays: what was said last; for one moment staff come before officers, officers before files.
CREATE TEMPORARY TABLE stays AS
SELECT person, area FROM (
    SELECT
        COALESCE(standing.into_person, said.person) AS person,
        said.area,
        ROW_NUMBER() OVER (
            PARTITION BY COALESCE(standing.into_person, said.person)
            ORDER BY said.at DESC, said.weight DESC, said.number DESC, said.id DESC
        ) AS place
    FROM (
        SELECT present.person, scans.at, raw_lodgings.area, 1 AS weight, 0 AS number, scans.scan AS id
        FROM present
        JOIN scans ON scans.scan = present.scan
        JOIN raw_lodgings ON raw_lodgings.record = present.id AND raw_lodgings.place = present.place
        UNION ALL
        SELECT person, at, area, 2, number, '' FROM raw_corrections
        UNION ALL
        SELECT person, at, stay, 0, 0, id FROM raw_lines WHERE stay IS NOT NULL
    ) AS said
    LEFT JOIN standing ON standing.person = said.person
) AS ranked
WHERE place = 1;

CREATE INDEX stays_person ON stays (person);

CREATE TEMPORARY TABLE last_seen AS
SELECT person, area FROM (
    SELECT
        moves.person,
        moves.area,
        ROW_NUMBER() OVER (PARTITION BY moves.person ORDER BY moves.at DESC, moves.area DESC) AS place
    FROM moves
    WHERE length(moves.area) > 2 AND moves.person IN (SELECT person FROM exposed)
) AS ranked
WHERE place = 1;

CREATE INDEX last_seen_person ON last_seen (person);
CREATE INDEX residences_person ON raw_residences (person);

-- Seven hours ahead: the local day that ends `due` begins seven hours before the UTC day of the same date.
CREATE TEMPORARY TABLE expected AS
SELECT
    exposed.person,
    exposed.zone,
    exposed.first_at,
    exposed.last_at,
    ((exposed.last_at + 25200000000) / 86400000000 + exposed.days + 1) * 86400000000 - 25200000000 AS due,
    COALESCE(stays.area, raw_residences.area) AS stay,
    districts.district
FROM exposed
LEFT JOIN stays ON stays.person = exposed.person
LEFT JOIN raw_residences ON raw_residences.person = exposed.person
LEFT JOIN last_seen ON last_seen.person = exposed.person
LEFT JOIN districts ON districts.area = COALESCE(stays.area, raw_residences.area, last_seen.area);
