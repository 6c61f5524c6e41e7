# Optima of Infomap and leidenalg on seeded planted partitions, for CommunityGoldenTests; run in the root of the checkout.
import numpy as np, json, igraph, leidenalg, infomap
def planted(n, groups, seed, pin, pout):
    g=np.random.Generator(np.random.PCG64(seed)); y=np.sort(g.integers(0,groups,n)); e=[]
    for a in range(n):
        for b in range(a+1,n):
            if g.random()<(pin if y[a]==y[b] else pout): e.append((a,b,round(float(.4+.5*g.random() if y[a]==y[b] else .3+.3*g.random()),3)))
    return e
out=[]
for name,n,k,seed,pin,pout in (('clear',120,12,1,.6,.01),('mixed',160,10,2,.35,.03),('small groups',200,45,3,.8,.012)):
    e=planted(n,k,seed,pin,pout); G=igraph.Graph(n,[(a,b) for a,b,_ in e]); w=[x for *_,x in e]
    im=infomap.Infomap("--two-level --silent --flow-model undirected --seed 1 --num-trials 20")
    for i in range(n): im.add_node(i)
    for a,b,x in e: im.add_link(a,b,x)
    im.run()
    dm=infomap.Infomap("--two-level --silent --flow-model directed --seed 1 --num-trials 20")
    g=np.random.Generator(np.random.PCG64(seed+10)); de=[(a,b,x) if g.random()<.5 else (b,a,x) for a,b,x in e]+[(b,a,round(x*.8,3)) for a,b,x in e[::2]]
    for i in range(n): dm.add_node(i)
    for a,b,x in de: dm.add_link(a,b,x)
    dm.run()
    best=lambda kind,**kw: max(leidenalg.find_partition(G,kind,weights=w,seed=s,n_iterations=-1,**kw).quality() for s in range(10))
    out.append(dict(name=name,nodes=n,edges=e,directed=de,codelength=im.codelength,directedCodelength=dm.codelength,pottsDensity=.2,potts=best(leidenalg.CPMVertexPartition,resolution_parameter=.2),modularity=best(leidenalg.ModularityVertexPartition)))
    print(name,len(e),im.codelength,im.num_top_modules,dm.codelength,out[-1]['potts'],out[-1]['modularity'])
from sklearn.metrics import adjusted_rand_score
json.dump(dict(source="Infomap %s (two-level, 20 trials), leidenalg %s (10 seeds, to convergence); Benchmarks/grouping/communities.py"%(infomap.__version__,leidenalg.__version__),networks=out),open('Tests/Fixtures/communities.json','w'),separators=(',',':'))
