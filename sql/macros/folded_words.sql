{# A name as its words in alphabetical order, in lower case, ё as е: `Ёлкина  Анна` and `анна елкина` are the same. Null for null. #}
{% macro folded_words(name) -%}
(
    select string_agg(word, ' ' order by word)
    from regexp_split_to_table(btrim(translate(lower({{ name }}), 'ё.', 'е ')), '\s+') as word
)
{%- endmacro %}
