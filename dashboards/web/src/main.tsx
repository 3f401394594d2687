import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { HttpError } from './api/http.ts';
import { App } from './app.tsx';
import './styles/index.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Numbers change with a build, and that is watched for (api/progress.ts).
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      // What the server refused it refuses again; what did not arrive may arrive.
      retry: (failures, error) => failures < 2 && !(error instanceof HttpError && error.status >= 400),
    },
  },
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
