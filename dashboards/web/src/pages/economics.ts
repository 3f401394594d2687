import type { Page } from './page.ts';

export const economics: Page = {
  id: 'economics',
  title: { en: 'Economics', ru: 'Экономика' },
  icon: 'economics',
  group: 'future',
  blocks: [
    {
      kind: 'cards',
      isHero: true,
      measures: ['economics.sales', 'economics.gross_profit', 'economics.margin', 'economics.cac'],
    },
    {
      kind: 'cards',
      measures: [
        'economics.sales_growth',
        'economics.sales_growth_year',
        'economics.return_on_sales_costs',
        'economics.payback_months',
        'economics.sales_costs',
        'economics.marketing_costs',
        'economics.goods_costs',
        'economics.market_share',
      ],
    },
    {
      kind: 'trend',
      title: { en: 'Profit and costs', ru: 'Прибыль и расходы' },
      chart: 'bar',
      measures: ['economics.gross_profit', 'economics.sales_costs', 'economics.marketing_costs'],
      isAlways: true,
    },
    {
      kind: 'trend',
      title: { en: 'Return on the costs of selling', ru: 'Рентабельность продаж' },
      chart: 'line',
      measures: ['economics.return_on_sales_costs', 'economics.margin'],
      isAlways: true,
    },
    {
      kind: 'table',
      title: { en: 'By month', ru: 'По месяцам' },
      width: 'full',
      by: ['economics.month'],
      sortBy: 'economics.month',
      isAlways: true,
      measures: [
        'economics.sales',
        'economics.goods_costs',
        'economics.gross_profit',
        'economics.margin',
        'economics.sales_costs',
        'economics.marketing_costs',
        'economics.return_on_sales_costs',
        'economics.cac',
        'economics.payback_months',
        'economics.market_share',
      ],
    },
  ],
};
