import os,time,json,sys
mode=sys.argv[1]
p=os.environ['RPROF_TRACE']
x=bytearray(64<<20)
for i in range(0,len(x),4096): x[i]=1
time.sleep(.3)
del x
f=open(p,'ab',0)
for i in range(40): f.write((b'NOTE pad '+b'x'*99990+b'\n'))
at=os.stat(p).st_size
h=open(p,'rb').read(4000); nl=h.index(b'CMDLINE'); nl=h.index(b'\n',nl)+1
if mode=='low': parts=[{'at':0,'from_s':0.0,'peak_bytes':1048576,'peak_s':0.01},{'at':nl,'from_s':0.5,'peak_bytes':1,'peak_s':0.5}]
elif mode=='high': parts=[{'at':0,'from_s':0.0,'peak_bytes':1<<50,'peak_s':0.01},{'at':nl,'from_s':0.5,'peak_bytes':1<<50,'peak_s':0.5}]
elif mode=='beyond':
    parts=[{'at':0,'from_s':0.0,'peak_bytes':1,'peak_s':0.0},{'at':1<<60,'from_s':1.0,'peak_bytes':5,'peak_s':1.0}]; at=1<<61
elif mode=='nan':
    f.write(b'INDEX {"at":%d,"parts":[{"at":0,"from_s":-1e308,"peak_bytes":18446744073709551615,"peak_s":1e308,"within_s":[1e308,-1e308]},{"at":%d,"from_s":1e308,"peak_bytes":18446744073709551615,"peak_s":-1e308,"within_s":[1e308,-1e308]}]}\n'%(at,nl)); sys.exit(0)
f.write(b'INDEX '+json.dumps({'at':at,'parts':parts},separators=(',',':')).encode()+b'\n')
