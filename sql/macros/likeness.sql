{#
  How much two texts look alike, 0 to 1: three-letter pieces in common over all pieces, as pg_trgm does it. That extension cannot be had
  everywhere; this is for a handful of texts that nobody was found for.
#}
{% macro likeness(one, other) -%}
(
    select count(*) filter (where a.piece is not null and b.piece is not null)::numeric / greatest(count(*), 1)
    from (
        select distinct substr(padded.name, place, 3) as piece
        from (select '  ' || translate(lower({{ one }}), 'ё', 'е') || ' ' as name) as padded
        cross join lateral generate_series(1, length(padded.name) - 2) as place
    ) as a
    full join (
        select distinct substr(padded.name, place, 3) as piece
        from (select '  ' || translate(lower({{ other }}), 'ё', 'е') || ' ' as name) as padded
        cross join lateral generate_series(1, length(padded.name) - 2) as place
    ) as b on b.piece = a.piece
)
{%- endmacro %}
