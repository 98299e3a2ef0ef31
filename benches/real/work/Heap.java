import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Fills maps with strings, drops half of them, and fills more, so that the collector has work. */
public class Heap {
    public static void main(String[] arguments) {
        List<Map<Integer, String>> kept = new ArrayList<>();
        long letters = 0;
        for (int round = 0; round < 40; round++) {
            Map<Integer, String> map = new HashMap<>();
            for (int i = 0; i < 60_000; i++) map.put(i, "value " + i + " of round " + round);
            letters += map.get(round).length();
            if (round % 2 == 0) kept.add(map);
        }
        System.out.println(kept.size() + " " + letters);
    }
}
