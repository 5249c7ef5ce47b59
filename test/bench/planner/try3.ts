import { generateProblem } from './instances.ts'
import { loadHighs } from '../../../services/planning/index.ts'
import { compileInstance } from '../../../services/planning/instance.ts'
import { windowPrices } from '../../../services/planning/window-prices.ts'
import { lagrangianBound } from '../../../services/planning/lagrangian-bound.ts'
const [R,T,M,C,seed,gpr]=process.argv.slice(2).map(Number)
const p=generateProblem({regions:R!,windows:T!,models:M!,variants:C!,seed:seed||1,gpusPerRegion:gpr||600})
const s=await loadHighs()
let c=process.cpuUsage(); const lap=(w:string)=>{const u=process.cpuUsage(c);console.log(w,'cpu',((u.user+u.system)/1e6).toFixed(2));c=process.cpuUsage()}
const inst=compileInstance(p);lap('compile')
const w=windowPrices(inst,s);lap('window '+w?.bound.value)
lagrangianBound(inst,w!.prices);lap('bound')
const pr=w!.prices
console.log('nofloor',lagrangianBound(inst,{...pr,floorPrices:undefined}),'nogpu',lagrangianBound(inst,{...pr,gpuPrices:pr.gpuPrices.map(()=>0)}))
let lpv=0
