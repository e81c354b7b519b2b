document.querySelectorAll("table.data").forEach(table=>{
const body=table.tBodies[0],original=[...body.rows],heads=[...table.tHead.rows[0].cells];
heads.forEach((head,column)=>head.querySelector("button").addEventListener("click",()=>{
const next={none:"ascending",ascending:"descending",descending:"none"}[head.getAttribute("aria-sort")||"none"];
heads.forEach(one=>one.removeAttribute("aria-sort"));
if(next!=="none")head.setAttribute("aria-sort",next);
const sign=next==="descending"?-1:1,isNumber=head.dataset.kind==="number";
const key=row=>row.cells[column].dataset.key;
const compare=(a,b)=>key(a)===""?(key(b)===""?0:1):key(b)===""?-1:
sign*(isNumber?Number(key(a))-Number(key(b)):key(a).localeCompare(key(b),"zh-CN"));
body.append(...(next==="none"?original:[...original].sort(compare)));
}))});
