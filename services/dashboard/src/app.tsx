import { Route, Router, Switch } from 'wouter-preact'
import { useHashLocation } from 'wouter-preact/use-hash-location'
import { LiveProvider } from './api/live.tsx'
import { AuditScreen } from './screens/audit/audit-screen.tsx'
import { BatchScreen } from './screens/batch/batch-screen.tsx'
import { HorizonScreen } from './screens/horizon/horizon-screen.tsx'
import { ModelsScreen } from './screens/models/models-screen.tsx'
import { NowScreen } from './screens/now/now-screen.tsx'
import { WhatIfScreen } from './screens/what-if/what-if-screen.tsx'
import { WhyScreen } from './screens/why/why-screen.tsx'
import { Shell } from './shell/shell.tsx'
import { SignInGate } from './shell/sign-in-gate.tsx'

/** The whole page. Screens are named behind the `#`, so the server needs to know one address only. */
export function App() {
  return (
    <Router hook={useHashLocation}>
      <LiveProvider>
        <Shell>
          <SignInGate>
            <Switch>
              <Route path="/horizon/:region?" component={HorizonScreen} />
              <Route path="/why" component={WhyScreen} />
              <Route path="/batch" component={BatchScreen} />
              <Route path="/models" component={ModelsScreen} />
              <Route path="/what-if" component={WhatIfScreen} />
              <Route path="/audit" component={AuditScreen} />
              <Route component={NowScreen} />
            </Switch>
          </SignInGate>
        </Shell>
      </LiveProvider>
    </Router>
  )
}
