import { render } from 'preact'
import { App } from './app.tsx'
import { applyTheme } from './charts/theme.ts'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/charts.css'
import './styles/now.css'
import './styles/batch.css'
import './styles/screens.css'
import './styles/print.css'

applyTheme()
render(<App />, document.getElementById('app')!)
