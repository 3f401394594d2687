{#
  Joined to the keys of changed rows (`from … {{ taken_for_many() }}`) it has the planner reckon with hundreds of them. Their real number is in no
  statistics, and from one or two it concludes that lists need not be hashed: a thousand changed deals of a million once took three
  minutes in one model. Nothing on a full build, whose numbers are known.
#}
{% macro taken_for_many() -%}
    {%- if is_incremental() -%}
        cross join ops.taken_for_many()
    {%- endif -%}
{%- endmacro %}
