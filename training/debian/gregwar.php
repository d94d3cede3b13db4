<?php
// Pictures by Gregwar's captcha for PHP (php-gregwar-captcha). One JSON request a line, one answer a line: see ../debian-generators.ts.
require '/usr/share/php/Gregwar/Captcha/autoload.php';
use Gregwar\Captcha\CaptchaBuilder;

while (($line = fgets(STDIN)) !== false) {
    $ask = json_decode($line);
    mt_srand($ask->seed);
    $builder = new CaptchaBuilder($ask->text);
    [$width, $height] = [150, 40];
    if ($ask->wild) {
        $width = mt_rand(100, 260);
        $height = max(mt_rand(36, 90), intdiv($width, strlen($ask->text))); // its letters are as high as they have room to the side
        $builder->setMaxAngle(mt_rand(0, 30))->setMaxOffset(mt_rand(0, 10));
        $builder->setDistortion(mt_rand(0, 9) < 7)->setInterpolation(mt_rand(0, 1) == 1);
        if (mt_rand(0, 2) == 0) $builder->setMaxBehindLines(mt_rand(0, 4))->setMaxFrontLines(mt_rand(0, 3));
        if (mt_rand(0, 2) == 0) $builder->setBackgroundColor(...array_fill(0, 3, mt_rand(200, 255)));
    }
    $builder->build($width, $height, $ask->font);
    echo base64_encode($builder->get($ask->wild ? mt_rand(40, 95) : 90)), "\n";
}
