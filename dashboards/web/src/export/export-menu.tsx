import { useLanguage } from '../i18n/language.ts';
import { useWords } from '../i18n/words.ts';
import { Icon } from '../shell/icons.tsx';
import { Popover } from '../shell/popover.tsx';
import { csvOf } from './csv.ts';
import type { Sheet } from './sheet.ts';

interface ExportMenuProps {
  readonly title: string;
  readonly sheet: () => Sheet;
  readonly picture?: (() => string | undefined) | undefined;
}

export function ExportMenu({ title, sheet, picture }: ExportMenuProps) {
  const t = useWords();
  const { language } = useLanguage();
  const toXlsx = async (): Promise<void> => {
    // Not needed to look at numbers, so it is not in the first load.
    const { xlsxOf } = await import('./xlsx.ts');
    const bytes = await xlsxOf(sheet(), title);
    download(`${title}.xlsx`, new Blob([bytes as BlobPart], { type: XLSX }));
  };
  const toPng = async (): Promise<void> => {
    const address = picture?.();
    if (address === undefined) return;
    const bytes = Uint8Array.from(atob(address.slice(address.indexOf(',') + 1)), (one) => one.charCodeAt(0));
    download(`${title}.png`, new Blob([bytes], { type: 'image/png' }));
    await Promise.resolve();
  };
  return (
    <Popover
      label={`${t('export')}: ${title}`}
      className="icon-button"
      align="end"
      button={<Icon name="download" size={17} />}
    >
      {(close) => (
        <div className="menu">
          <button
            type="button"
            className="menu-item"
            onClick={() => {
              const text = csvOf(sheet(), language === 'ru');
              download(`${title}.csv`, new Blob([text], { type: 'text/csv;charset=utf-8' }));
              close();
            }}
          >
            CSV
          </button>
          <button type="button" className="menu-item" onClick={() => void toXlsx().then(close)}>
            XLSX
          </button>
          {picture && (
            <button type="button" className="menu-item" onClick={() => void toPng().then(close)}>
              PNG
            </button>
          )}
        </div>
      )}
    </Popover>
  );
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name.replace(/[/\\:*?"<>|]/g, ' ');
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
