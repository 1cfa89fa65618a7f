drag () 
{ 
    m $1 $2;
    sleep .2;
    xdotool mousedown 1;
    for s in 1 2 3 4 5 6;
    do
        m $(python3 -c "print($1+($3-$1)*$s/6)") $2;
        sleep .15;
    done;
    sleep .3;
    shot $4-held;
    xdotool mouseup 1;
    sleep 1.8;
    shot $4-done
}
