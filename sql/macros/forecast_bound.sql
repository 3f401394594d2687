{#
  The lower or upper bound of the 80 % interval around an expected sum: the tenth or ninetieth percentile of a gamma distribution with this
  mean and variance, by Wilson and Hilferty's cube root. Unlike the normal one it does not fall below 0, and it is as skewed as a sum of a
  few large deals is. Where the chance that nothing at all is won (`log_none`: its logarithm) is a tenth or more, the tenth percentile is 0
  itself. The measures of the forecast in model/ have the same formula.
#}
{% macro forecast_bound(mean, variance, log_none, is_upper) -%}
    case
        when {{ mean }} is null then null
        when {{ mean }} = 0 or {{ log_none }} >= ln({{ '0.9' if is_upper else '0.1' }}) then 0
        else round(
            {{ mean }} * power(
                greatest(
                    0,
                    1 - {{ variance }} / (9 * {{ mean }} ^ 2)
                    {{ '+' if is_upper else '-' }} 1.2816 * sqrt({{ variance }}) / (3 * {{ mean }})
                ),
                3
            ),
            2
        )
    end
{%- endmacro %}
