import { useState } from 'react';
import { useLanguage } from '../i18n/language.ts';
import { valueName } from '../i18n/values.ts';
import { useWords } from '../i18n/words.ts';
import { Icon } from '../shell/icons.tsx';
import { Popover } from '../shell/popover.tsx';
import { Skeleton } from '../shell/states.tsx';
import { go, useAddress, type FilterName } from './address.ts';
import { useFilterOptions, type Option } from './filter-options.ts';

/** A searchable list of check boxes; what is chosen stands on the button and in the address. */
export function FilterSelect({ filter }: { filter: FilterName }) {
  const t = useWords();
  const { language } = useLanguage();
  const chosen = useAddress()[filter];
  // The names of what an address chose are needed before the list is opened.
  const [isWanted, setWanted] = useState(false);
  const options = useFilterOptions(filter, isWanted || chosen.length > 0);
  const nameOf = (value: string): string =>
    valueName(filter, options?.find((option) => option.value === value)?.label ?? value, language);
  const said =
    chosen.length === 0
      ? t('all')
      : chosen.length === 1
        ? nameOf(chosen[0]!)
        : format(chosen.length, t(filter));
  return (
    <span onPointerEnter={() => setWanted(true)} onFocus={() => setWanted(true)}>
      <Popover
        className={chosen.length > 0 ? 'button button-chosen' : 'button'}
        button={
          <>
            <span className="muted">{t(filter)}</span>
            <strong>{said}</strong>
            <Icon name="down" size={16} />
          </>
        }
      >
        {() =>
          options === undefined ? (
            <Skeleton height={160} />
          ) : (
            <Choices
              options={options}
              chosen={chosen}
              nameOf={nameOf}
              onChange={(values) => go({ [filter]: values })}
            />
          )
        }
      </Popover>
    </span>
  );
}

const format = (count: number, what: string): string => `${what}: ${count}`;

interface ChoicesProps {
  readonly options: readonly Option[];
  readonly chosen: readonly string[];
  readonly nameOf: (value: string) => string;
  readonly onChange: (values: string[]) => void;
}

function Choices({ options, chosen, nameOf, onChange }: ChoicesProps) {
  const t = useWords();
  const [search, setSearch] = useState('');
  const found = options.filter(({ value }) =>
    nameOf(value).toLowerCase().includes(search.trim().toLowerCase()),
  );
  const toggle = (value: string): void =>
    onChange(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
  let group: string | undefined;
  return (
    <div className="choices-list">
      {options.length > 8 && (
        <input
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={search}
          autoFocus
          onChange={({ target }) => setSearch(target.value)}
        />
      )}
      <ul>
        {found.map((option) => {
          const heading = option.group !== group && option.group ? option.group : undefined;
          group = option.group;
          return (
            <li key={option.value}>
              {heading !== undefined && <span className="choices-group">{heading}</span>}
              <label className="check">
                <input
                  type="checkbox"
                  checked={chosen.includes(option.value)}
                  onChange={() => toggle(option.value)}
                />
                {nameOf(option.value)}
              </label>
            </li>
          );
        })}
      </ul>
      {chosen.length > 0 && (
        <button type="button" className="button button-plain" onClick={() => onChange([])}>
          {t('all')}
        </button>
      )}
    </div>
  );
}
