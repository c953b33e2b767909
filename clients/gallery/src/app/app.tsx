import { WebSocketProvider } from '@lockngen/client/react';
import { lazy, Suspense } from 'react';
import { Composer } from '../compose/composer';
import { OfflineBanner } from '../connection/offline-banner';
import { Operations } from '../operator/operations';
import { usePath } from '../platform/navigation';
import { type Services, ServicesContext } from '../platform/services';
import { Sheet } from '../sheet/sheet';
import { WorkflowDrop } from '../workflows/workflow-drop';
import { Header } from './header';
import { SignIn } from './sign-in';
import { useSession } from './use-session';

const Diagnostics = lazy(() => import('../diagnostics/diagnostics'));

export function App({ services }: { services: Services }) {
  return (
    <ServicesContext value={services}>
      <WebSocketProvider connection={services.connection} client={services.client}>
        <Page />
      </WebSocketProvider>
    </ServicesContext>
  );
}

function Page() {
  const path = usePath();
  const session = useSession();
  const isDiagnostics = path.endsWith('/diagnostics');
  if (session?.authenticationRequired && !session.authenticated) {
    return <SignIn />;
  }
  return (
    <>
      <OfflineBanner />
      <Header />
      <main className="mx-auto w-full max-w-[100rem] space-y-7 px-4 pt-2 pb-24 sm:px-8 sm:pt-5">
        {isDiagnostics ? (
          <Suspense>
            <Diagnostics />
          </Suspense>
        ) : (
          <Studio isOperator={path !== '/public' && session?.admin === true} />
        )}
      </main>
    </>
  );
}

function Studio({ isOperator }: { isOperator: boolean }) {
  return (
    <>
      <h1 className="sr-only">LockN Gen: ask for pictures and watch them develop</h1>
      <Composer />
      <WorkflowDrop />
      {isOperator && <Operations />}
      <Sheet />
    </>
  );
}
