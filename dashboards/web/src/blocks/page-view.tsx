import { Component, type ReactNode } from 'react';
import type { Block, Page } from '../pages/index.ts';
import { Failure } from '../shell/states.tsx';
import { AttentionView } from './attention-view.tsx';
import { BarsView } from './bars-view.tsx';
import { CardsView } from './cards-view.tsx';
import { CompareView } from './compare-view.tsx';
import { FunnelView } from './funnel-view.tsx';
import { HeatmapView } from './heatmap-view.tsx';
import { PlanView } from './plan-view.tsx';
import { RecordsView } from './records-view.tsx';
import { TableView } from './table-view.tsx';
import { TrendView } from './trend-view.tsx';

export function PageView({ page }: { page: Page }) {
  return (
    <div className="page">
      {page.blocks.map((block, index) => (
        <BlockBoundary key={index}>
          <BlockView block={block} />
        </BlockBoundary>
      ))}
    </div>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'cards':
      return <CardsView block={block} />;
    case 'trend':
      return <TrendView block={block} />;
    case 'bars':
      return <BarsView block={block} />;
    case 'funnel':
      return <FunnelView block={block} />;
    case 'heatmap':
      return <HeatmapView block={block} />;
    case 'table':
      return <TableView block={block} />;
    case 'records':
      return <RecordsView block={block} />;
    case 'plan':
      return <PlanView block={block} />;
    case 'attention':
      return <AttentionView block={block} />;
    case 'compare':
      return <CompareView block={block} />;
  }
}

/** A block that breaks does not take the page with it. */
class BlockBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <section className="block">
        <Failure error={error} retry={() => this.setState({})} />
      </section>
    );
  }
}
