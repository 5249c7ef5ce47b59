import { generateProblem } from './instances.ts'
import { loadHighs, coordinate, solveBlock, mergeBlocks, verifyPlan } from '../../../services/planning/index.ts'
const [R,T,M,C,seed,gpr]=process.argv.slice(2).map(Number)
const p=generateProblem({regions:R!,windows:T!,models:M!,variants:C!,seed:seed||1,gpusPerRegion:gpr||600})
const s=await loadHighs()
let t=performance.now(),c=process.cpuUsage(); const lap=(w:string)=>{const u=process.cpuUsage(c);console.log(w,'wall',((performance.now()-t)/1000).toFixed(2),'cpu',((u.user+u.system)/1e6).toFixed(2),'rss',Math.round(process.memoryUsage().rss/1e6));t=performance.now();c=process.cpuUsage()}
const blocks=coordinate(p,s);lap('coordinate '+blocks.length+' '+JSON.stringify(blocks[0]?.bound))
const sol=blocks.map(b=>solveBlock(b,s));lap('blocks')
const o=mergeBlocks(p,blocks,sol,s);lap('merge')
if(o.status==='planned'){console.log(o.plan.objective,o.plan.bound,o.plan.baseline,o.plan.binding.length);
const v=verifyPlan(p,o.plan);console.log(v.ok,v.violations.slice(0,5),v.violations.length)}else console.log(o)
