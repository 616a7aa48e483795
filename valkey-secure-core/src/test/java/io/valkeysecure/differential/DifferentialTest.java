package io.valkeysecure.differential;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.TestCertificate;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.*;
import java.util.concurrent.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DifferentialTest {
    @TempDir Path dir;
    record R(String v, String msg) {}
    static R ours(Draft.Issued issued, String host) {
        try {
            ChainVerifier.trusting(TrustAnchors.of(ChainVerifier.parse(issued.anchors().stream().map(TestCertificate::encoded).toList())))
             .clock(Clock.fixed(Draft.NOW, ZoneOffset.UTC)).build()
             .verify(ChainVerifier.parse(issued.presented().stream().map(TestCertificate::encoded).toList()), ServerIdentity.host(host));
            return new R("ACCEPT","");
        } catch (PeerRejectedException e) { return new R("REFUSE "+e.reason(), e.getMessage()); }
        catch (TlsConfigurationException e) { return new R("CFG "+e.reason(), e.getMessage()); }
    }
    @Test void run() throws Exception {
        int n=Integer.getInteger("n",300); long seed=Long.getLong("seed",1); int alike=0,acc=0; Mutations m=new Mutations(new Keys());
        Map<String,List<String>> diffs=new TreeMap<>(); Map<String,Integer> both=new TreeMap<>();
        for(int i=0;i<n;i++){ Draft d=m.draw(new Random((seed * 0x9E3779B97F4A7C15L + i) * 0xBF58476D1CE4E5B9L ^ 0x94D049BB133111EBL)); Draft.Issued is; 
          try { is=d.issue(); } catch(RuntimeException e){ System.out.println("GEN "+d.notes+" "+e); e.printStackTrace(System.out); continue; }
          R r; try { r=ours(is,d.host);} catch(Throwable t){ System.out.println("THROWN "+d.notes+" "+t); t.printStackTrace(System.out); continue; }
          var o=OpenSsl.verify(dir,is,d.host,d.isAddress());
          if(r.v.equals("ACCEPT")==o.accepted()){alike++; if(o.accepted())acc++; both.merge(r.v,1,Integer::sum); continue;}
          String k=(r.v.equals("ACCEPT")?"WE-ACCEPT "+o.errors():"WE-REFUSE "+r.v+" "+r.msg.replaceAll("CN=\\S+|OU?=\\S+|\"[^\"]*\"|[0-9a-f]{12,}","")); 
          diffs.computeIfAbsent(k.substring(0,Math.min(k.length(),130)),x->new ArrayList<>()).add(i+" "+d.host+" "+d.notes+(o.errors().isEmpty()?" "+(o.output().contains("OK")?"":o.output().replace('\n','|')):""));
        }
        diffs.forEach((k,v)->{System.out.println("## "+v.size()+" "+k); v.stream().limit(Integer.getInteger("show",3)).forEach(x->System.out.println("     "+x));});
        System.out.println(both); System.out.println("N "+n+" alike "+alike+" both accept "+acc);
    }
}
