{#
  The join that finds what a currency cost in the reporting currency on a day; `rates` is the alias. Left, so that an amount without a rate
  is null and not gone.
#}
{% macro join_exchange_rate(rates, currency, day) -%}
left join {{ ref('int_exchange_rates') }} as {{ rates }}
        on {{ rates }}.currency = {{ currency }}
        and {{ rates }}.valid_from <= {{ day }}
        and {{ rates }}.valid_before > {{ day }}
{%- endmacro %}
